// `npm run claude-sim [-- --port 8787 --key secret --latency 300]`: try docbatch with Claude without a key or a bill.
import { parseArgs } from 'node:util';
import { startClaudeSimulator } from './server.ts';

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8787' },
    key: { type: 'string', multiple: true, default: [] },
    latency: { type: 'string', default: '300' },
    fabricate: { type: 'string', default: '0' },
  },
});
const simulator = await startClaudeSimulator(
  { keys: values.key, latencyMs: Number(values.latency), fabricateQuotes: Number(values.fabricate) },
  Number(values.port),
);
process.stdout.write(`The simulator of the Claude API listens; nothing is billed. In another terminal:
  export ANTHROPIC_BASE_URL=${simulator.url} ANTHROPIC_API_KEY=${values.key[0] ?? 'simulated'}
  docbatch process samples --analyzer claude
What it was asked and what it billed:  curl -s ${simulator.url}/_sim/ledger
Faults, limits, latency:               curl -s ${simulator.url}/_sim/settings -d '{"latencyMs":2000}'
`);
process.once('SIGINT', () => void simulator.close());
process.once('SIGTERM', () => void simulator.close());
