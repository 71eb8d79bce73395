// `node dist/test/replay/record-main.js`: runs real batches on a stack of their own and writes their histories beside
// this file's source. Run it when a change of the workflow was meant to break replay, and say so in the change. With
// `provider` it records only the batch that asks by the batch, and leaves the others.
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { WorkflowExecutionInfo } from '@temporalio/client';
import { Client, Connection } from '@temporalio/client';
import { temporalAddress } from '../../acceptance/temporal-address.ts';
import { packageRoot } from '../../src/paths.ts';
import { startClaudeSimulator } from '../support/claude-simulator/server.ts';
import { defaultSimulatorSettings } from '../support/claude-simulator/settings.ts';
import { startModelServer } from '../support/model-server.ts';
import { projectFolder, runCli, startCli } from '../support/run-cli.ts';
import { until } from '../support/until.ts';
import { portableHistory } from './portable-history.ts';

const histories = join(packageRoot, 'test/replay/histories');
/** Small, so that a chain of three runs stays below 100 KB. */
const EVENTS_PER_RUN = 90;

const onlyProvider = process.argv[2] === 'provider';
const saved = new Set<string>();
const simulator = await startClaudeSimulator({
  batches: { ...defaultSimulatorSettings.batches, durationMs: 3_000 },
});
process.env.ANTHROPIC_BASE_URL = simulator.url;
process.env.ANTHROPIC_API_KEY = 'sk-simulated';
const project = await projectFolder();
const { folder } = project;
const cli = (...args: string[]) => runCli(folder, ...args);
const number = (name: string) => Number(/\d+/.exec(name)?.[0]);
const model = await startModelServer(({ name }, nth) => ({
  delayMs: 100,
  status: number(name) % 10 === 5 && nth < 3 ? 503 : number(name) === 7 ? 422 : 200,
}));
try {
  await writeFile(
    join(folder, 'temporal-dev.yaml'),
    `dynamicConfig:\n  limit.historyCount.suggestContinueAsNew: ${EVENTS_PER_RUN}\n`,
  );
  await cli('up');
  await writeTexts('inbox', 40);
  await writeTexts('nightly', 3);
  await writeTexts('post', 12);
  if (!onlyProvider) {
    await rm(histories, { recursive: true, force: true });
    await mkdir(histories);
    await pausedBatch();
    await save('batch');
    await scheduledBatch();
    await save('scheduled');
  }
  await providerBatch();
  await save('provider');
} finally {
  await project.remove();
  await model.close();
  await simulator.close();
}

/** Transient and permanent failures, a pause in the middle, and several runs in a chain. */
async function pausedBatch(): Promise<void> {
  const args = ['inbox', '--analyzer', model.url, '-b', '2', '--parallel', '4', '--retry-delay', '300ms'];
  const running = startCli(folder, ['process', ...args]);
  await until(
    'one was retried',
    () => new Set(model.calls.map(({ document }) => document)).size < model.calls.length,
  );
  await cli('pause', 'last');
  await until('it stands still', () => model.inFlight() === 0);
  await cli('resume', 'last');
  await running.done;
}

/** Documents wait for a provider batch, are paused there, and come back in chunks of their own. */
async function providerBatch(): Promise<void> {
  const args = ['post', '--analyzer', 'claude-batch', '-b', '3', '--parallel', '4', '--yes'];
  const running = startCli(folder, ['process', ...args]);
  const isSent = () => simulator.ledger.entries.some(({ endpoint }) => endpoint === 'batches');
  await until('a provider batch was made', isSent, 60_000);
  await cli('pause', 'last');
  await cli('resume', 'last');
  await running.done;
}

async function scheduledBatch(): Promise<void> {
  await cli('schedule', 'create', 'nightly', 'nightly', '--cron', '0 2 * * *');
  const { stdout } = await cli('schedule', 'trigger', 'nightly');
  await cli('wait', /batch (\w+)/.exec(stdout)?.[1] ?? 'last');
}

/** Every run that was not saved before. */
async function save(kind: string): Promise<void> {
  const connection = await Connection.connect({ address: await temporalAddress(folder) });
  const { workflow } = new Client({ connection });
  const runs: WorkflowExecutionInfo[] = [];
  for await (const run of workflow.list({ query: `WorkflowType = 'BatchWorkflow'` })) runs.push(run);
  runs.sort((a, b) => a.startTime.getTime() - b.startTime.getTime());
  let nth = 0;
  for (const { workflowId, runId, status } of runs) {
    if (saved.has(runId)) continue;
    saved.add(runId);
    const history = await workflow.getHandle(workflowId, runId).fetchHistory();
    nth += 1;
    const text = portableHistory(history, folder);
    await writeFile(join(histories, `${kind}-${nth}.json`), text);
    process.stdout.write(
      `${kind}-${nth}: ${history.events?.length} events, ${text.length} bytes, ${status.name}\n`,
    );
  }
  await connection.close();
}

async function writeTexts(name: string, count: number): Promise<void> {
  await mkdir(join(folder, name));
  for (let n = 1; n <= count; n++)
    await writeFile(join(folder, name, `${n}.txt`), `Document ${n} of ${name}.\n`);
}
