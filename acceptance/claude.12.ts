// The one result of a batch, online and by the batch: counts and sums are those that the export gives, failed documents are
// named, the bill is the ledger's with the summary in it, a second run pays nothing; `kill -9` of the worker during the
// summary leaves one, and a summary that fails is made by `aggregate`.
import { cp, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, killPart, lookInto, until } from './check.ts';
import { letter, runJson, startSimulator } from './claude.ts';

const COUNT = Number(process.env.COUNT ?? 60);
const BAD = 3;
const FINAL = 'what a whole batch of documents said';
const PROFILE = `
maxTokens: 400
prompt: Say what the letter orders.
schema:
  type: object
  additionalProperties: false
  required: [kind, unit, total]
  properties:
    kind: { enum: [order, complaint, offer], type: string }
    unit: { enum: [EUR, USD], type: string }
    total: { type: number }
aggregate:
  groupBy: [kind]
  sum: [total]
  currency: unit
  summary: { prompt: What do these letters want?, maxTokens: 2000 }
`;

interface Sum {
  field: string;
  currency: string | null;
  sum: string;
  documents: number;
}

interface AggregateJson {
  over: { documents: number; of: number; failed: number };
  sums: Sum[];
  groups: { key: { kind: string }; documents: number; sums: Sum[] }[];
  summary: {
    state: string;
    text: string | null;
    calls: number;
    costNanoUsd: number;
    failure: { code: string } | null;
  };
}

const simulator = await startSimulator();
const project = await projectFolder();
const { folder } = project;
const cli = (...args: string[]) => runCli(folder, ...args);
try {
  await mkdir(join(folder, 'profiles'));
  await writeFile(join(folder, 'profiles/letters.yaml'), PROFILE);
  check('the profile is right', (await cli('profile', 'check', 'letters')).exitCode === 0, 'profile check');
  await cli('up');
  for (const analyzer of ['claude', 'claude-batch']) await wholeBatch(analyzer);
  await killedDuringSummary();
  await failedSummary();
} finally {
  await project.remove();
  await simulator.close();
}

async function wholeBatch(analyzer: string): Promise<void> {
  process.stdout.write(`\n${analyzer}\n`);
  await simulator.clear();
  await letters(analyzer);
  const args = ['process', analyzer, '--analyzer', analyzer, '--profile', 'letters'];
  const { estimate } = JSON.parse((await cli(...args, '--dry-run', '--json')).stdout) as {
    estimate: { summary: { calls: number }; lowNanoUsd: number; highNanoUsd: number };
  };
  check('the dry run counts one more call', estimate.summary.calls === 1, estimate.summary);
  check('and pays nothing', (await simulator.totals()).billed === 0, 0);
  const run = (await runJson(folder, ...args)) as Awaited<ReturnType<typeof runJson>> & {
    aggregate: AggregateJson;
  };
  const { aggregate } = run;
  check('the failed documents are told', run.exitCode === 2 && aggregate.over.failed === BAD, aggregate.over);
  check(
    'it is over all others',
    aggregate.over.documents === COUNT && aggregate.over.of === COUNT + BAD,
    COUNT,
  );
  const expected = await groupsOfExport();
  check(
    'groups and sums are those of the export',
    told(aggregate.groups) === JSON.stringify(expected),
    expected.length,
  );
  check(
    'there is a summary',
    aggregate.summary.state === 'made' && aggregate.summary.text !== null,
    aggregate.summary,
  );

  const { costNanoUsd, billed, billedTwice } = await simulator.totals();
  check('one call more than documents', billed === COUNT + 1 && billedTwice === 0, billed);
  check('the bill is the ledger', run.money.spentNanoUsd === costNanoUsd, [
    run.money.spentNanoUsd,
    costNanoUsd,
  ]);
  const ofDocuments = run.documents.reduce((sum, document) => sum + document.costNanoUsd, 0);
  check(
    'documents and summary add up to it',
    ofDocuments + aggregate.summary.costNanoUsd === costNanoUsd,
    ofDocuments,
  );
  const isInside = costNanoUsd >= estimate.lowNanoUsd && costNanoUsd <= estimate.highNanoUsd;
  check('it lies inside the estimate', isInside, [estimate.lowNanoUsd, costNanoUsd, estimate.highNanoUsd]);
  const report = JSON.parse((await cli('report', 'last', '--format', 'json')).stdout) as {
    aggregate: AggregateJson;
  };
  check('the report has the same', JSON.stringify(report.aggregate) === JSON.stringify(aggregate), 'json');
  const markdown = (await cli('report', 'last')).stdout;
  check(
    'in Markdown, too',
    markdown.includes(`over ${COUNT} of ${COUNT + BAD} documents; ${BAD} failed`),
    'md',
  );

  await cli(...args);
  await cli('aggregate', 'last');
  await cli('retry', 'last');
  await cp(join(folder, analyzer), join(folder, `${analyzer}-again`), { recursive: true });
  await runJson(folder, 'process', `${analyzer}-again`, ...args.slice(2));
  const again = JSON.parse((await cli('aggregate', 'last', '--format', 'json')).stdout) as AggregateJson;
  check(
    'the same again has its summary',
    again.summary.state === 'made' && again.summary.calls === 0,
    again.summary.state,
  );
  const after = await simulator.totals();
  check('and nothing was paid', after.billed === billed && after.costNanoUsd === costNanoUsd, after.billed);
}

async function killedDuringSummary(): Promise<void> {
  process.stdout.write('\nkilled during the summary\n');
  await simulator.clear();
  await simulator.set({ faults: [{ fault: { kind: 'slow', delayMs: 3_000 }, contains: FINAL }] });
  await letters('killed');
  const db = await lookInto(folder);
  const running = startCli(folder, [
    'process',
    'killed',
    '--analyzer',
    'claude',
    '--profile',
    'letters',
    '--json',
  ]);
  const sent = async () => {
    const { entries } = await simulator.ledger();
    return entries.filter(({ endpoint }) => endpoint === 'messages').length > COUNT;
  };
  await until('the summary is asked for', sent);
  await killPart(folder, 'worker');
  const { stdout, exitCode } = await running.done;
  const { aggregate, money } = JSON.parse(stdout) as {
    aggregate: AggregateJson;
    money: { spentNanoUsd: number; interruptedNanoUsd: number };
  };
  check('the batch ends all the same', exitCode === 2, exitCode);
  check('with its summary', aggregate.summary.state === 'made', aggregate.summary);
  const { rows } = await db.query(
    'SELECT FROM batch_summaries s JOIN processing_batches b ON b.id = s.batch_id WHERE b.batch_name LIKE $1 AND s.state <> $2',
    ['process-%', 'made'],
  );
  check('and no other', rows.length === 0, rows.length);
  const { billed, billedTwice, costNanoUsd } = await simulator.totals();
  check('at most that one call was billed twice', billedTwice <= 1 && billed <= COUNT + 2, [
    billed,
    billedTwice,
  ]);
  const known = money.spentNanoUsd + money.interruptedNanoUsd;
  check('the cut-off call is known', known >= costNanoUsd, [money, costNanoUsd]);
  await db.close();
}

async function failedSummary(): Promise<void> {
  process.stdout.write('\na summary that fails\n');
  await simulator.clear();
  const fault = { kind: 'status', status: 400, type: 'invalid_request_error', message: 'no' } as const;
  await simulator.set({ faults: [{ fault, contains: FINAL }] });
  await letters('failing');
  const args = ['process', 'failing', '--analyzer', 'claude', '--profile', 'letters'];
  const { stdout, exitCode } = await cli(...args);
  check(
    'the batch does not fail for it',
    exitCode === 2 && stdout.includes(`${COUNT} completed, ${BAD} failed`),
    exitCode,
  );
  check(
    'it says why, and what to type',
    /No summary: \w+/.test(stdout) && /aggregate [0-9a-f]{8}/.test(stdout),
    'stdout',
  );
  await simulator.set({ faults: [] });
  const made = JSON.parse((await cli('aggregate', 'last', '--format', 'json')).stdout) as AggregateJson;
  check('the command makes it', made.summary.state === 'made', made.summary);
  const { totalNanoUsd } = JSON.parse((await cli('cost', 'last', '--json')).stdout) as {
    totalNanoUsd: number;
  };
  const { costNanoUsd, billed } = await simulator.totals();
  check('the bill is the ledger', totalNanoUsd === costNanoUsd && billed === COUNT + 1, [
    totalNanoUsd,
    costNanoUsd,
  ]);
}

/** Letters of their own for each part, and some files that cannot be read. */
async function letters(name: string): Promise<void> {
  await mkdir(join(folder, name));
  for (let n = 0; n < COUNT; n++) await writeFile(join(folder, name, `${n}.txt`), `${name}\n${letter(n)}`);
  for (let n = 0; n < BAD; n++)
    await writeFile(join(folder, name, `bad-${n}.pdf`), `%PDF-1.7 ${name} ${n} broken`);
}

async function groupsOfExport(): Promise<object[]> {
  const lines = (await cli('export', 'last')).stdout.trim().split('\n');
  const groups = new Map<
    string,
    { documents: number; units: Map<string, { sum: bigint; documents: number }> }
  >();
  for (const line of lines) {
    const { state, result } = JSON.parse(line) as {
      state: string;
      result: { kind: string; unit: string; total: number };
    };
    if (state !== 'completed') continue;
    const group = groups.get(result.kind) ?? {
      documents: 0,
      units: new Map<string, { sum: bigint; documents: number }>(),
    };
    const unit = group.units.get(result.unit) ?? { sum: 0n, documents: 0 };
    group.documents += 1;
    group.units.set(result.unit, { sum: unit.sum + scaled(result.total), documents: unit.documents + 1 });
    groups.set(result.kind, group);
  }
  return [...groups]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([kind, { documents, units }]) => ({
      ...{ kind, documents },
      sums: [...units]
        .sort(([a], [b]) => a.localeCompare(b))
        .map(([currency, { sum, documents: of }]) => [currency, String(sum), of]),
    }));
}

function told(groups: AggregateJson['groups']): string {
  return JSON.stringify(
    [...groups]
      .sort((a, b) => a.key.kind.localeCompare(b.key.kind))
      .map(({ key: { kind }, documents, sums }) => ({
        ...{ kind, documents },
        sums: sums.map(({ currency, sum, documents: of }) => [currency, String(scaled(sum)), of]),
      })),
  );
}

/** Decimal digits in units of 10⁻²⁰, exactly. */
function scaled(value: number | string): bigint {
  const [whole = '', fraction = ''] = String(value).replace('-', '').split('.');
  const units = BigInt(`${whole}${fraction.padEnd(20, '0')}`);
  return String(value).startsWith('-') ? -units : units;
}
