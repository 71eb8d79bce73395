// The samples online and by the batch: schema-valid answers, grounded quotes, tokens and cost; exactly the made-up quotes
// are ungrounded; the report's sum is the ledger's; by the batch it is half, rounded up once per call.
import { Ajv } from 'ajv';
import { cp, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'yaml';
import { packageRoot } from '../src/paths.ts';
import { projectFolder, runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';
import { runJson, startSimulator } from './claude.ts';

interface Quote {
  field: string;
  quote: string;
  status: string;
}

const simulator = await startSimulator({ fabricateQuotes: 0.1, latencyMs: 50 });
const project = await projectFolder();
try {
  await cp(join(packageRoot, 'samples'), join(project.folder, 'samples'), { recursive: true });
  const { schema } = parse(await readFile(join(packageRoot, 'profiles/summary.yaml'), 'utf8')) as {
    schema: object;
  };
  const isValid = new Ajv({ allowUnionTypes: true }).compile(schema);
  const online = await runSamples('claude', isValid);
  await simulator.clear();
  const batch = await runSamples('claude-batch', isValid);
  const calls = (await simulator.ledger()).totals.billed;
  check('by the batch it costs half', batch >= online / 2 && batch <= online / 2 + calls, [online, batch]);
} finally {
  await project.remove();
  await simulator.close();
}

async function runSamples(
  analyzer: 'claude' | 'claude-batch',
  isValid: (answer: unknown) => boolean,
): Promise<number> {
  process.stdout.write(`${analyzer}\n`);
  const { documents, exitCode, counts } = await runJson(
    project.folder,
    'process',
    'samples',
    '--analyzer',
    analyzer,
  );
  check('exit 2: three of the samples are bad', exitCode === 2 && counts.completed === 18, counts);
  const good = documents.filter(({ state }) => state === 'completed');
  const valid = good.filter(({ result }) => {
    const { grounding: _grounding, claude: _claude, ...answer } = result!;
    return isValid(answer);
  });
  check('answers valid by the schema', valid.length === 18, valid.length);
  const priced = good.filter((item) => item.costNanoUsd > 0 && item.inputTokens > 0 && item.outputTokens > 0);
  check('every good sample has tokens and cost', priced.length === 18, priced.length);

  const { totals, entries } = await simulator.ledger();
  const quotes = good.flatMap(({ result }) => result!.grounding as Quote[]);
  const used = new Set(
    good.map(({ result }) => (result!.claude as { requestIds: string[] }).requestIds.at(-1)),
  );
  const fabricated = entries
    .filter(({ requestId, customId }) => used.has(customId ?? requestId))
    .flatMap((entry) => entry.fabricated);
  const ungrounded = quotes.filter(({ status }) => status !== 'found').map(({ quote }) => quote);
  check(
    'quotes',
    quotes.length >= 18 && fabricated.length > 0,
    `${quotes.length}, ${fabricated.length} made up`,
  );
  check(
    'exactly the made-up quotes are ungrounded',
    JSON.stringify(ungrounded.sort()) === JSON.stringify(fabricated.sort()),
    ungrounded.length,
  );
  const report = JSON.parse((await runCli(project.folder, 'report', 'last', '--format', 'json')).stdout) as {
    batch: { money: { spentNanoUsd: number } };
    documents: { costNanoUsd: number }[];
  };
  const sum = report.documents.reduce((so, { costNanoUsd }) => so + costNanoUsd, 0);
  check('documents of the report sum up to the ledger', sum === totals.costNanoUsd, [
    sum,
    totals.costNanoUsd,
  ]);
  check(
    'so does its total',
    report.batch.money.spentNanoUsd === totals.costNanoUsd,
    report.batch.money.spentNanoUsd,
  );
  check('no document was billed twice', totals.billedTwice === 0, totals.billedTwice);
  return totals.costNanoUsd;
}
