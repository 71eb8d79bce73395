import { expect } from 'chai';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { BatchSnapshot } from '../../../src/db/batch-snapshot.ts';
import type { Aggregate } from '../../../src/db/read-aggregate.ts';
import type { ItemRow } from '../../../src/db/items.ts';
import { defaultSettings } from '../../../src/domain/batch.ts';
import { packageRoot } from '../../../src/paths.ts';
import { aggregateCsv } from '../../../src/report/aggregate-lines.ts';
import { csvCell } from '../../../src/report/csv-cell.ts';
import { exportCsvLines } from '../../../src/report/export-lines.ts';
import { reportLines } from '../../../src/report/report-lines.ts';
import type { ReportFormat } from '../../../src/report/report-lines.ts';

const hostile = 'a|b\n`c` <b>.txt';
const item: ItemRow = {
  documentId: '1',
  uri: 'file:///a.txt',
  name: hostile,
  state: 'failed',
  class: 'permanent',
  code: 'corrupt',
  stage: 'extract',
  message: '=HYPERLINK("x")',
  attempts: 1,
  durationMs: 12,
  analyzer: null,
  cached: false,
  costNanoUsd: 0,
  inputTokens: 0,
  outputTokens: 0,
  cacheReadTokens: 0,
  result: null,
  parent: null,
};
const snapshot: BatchSnapshot = {
  id: '0b9fe9ab-1c2d-4e5f-8a9b-0123456789ab',
  name: 'a|b',
  status: 'completed_with_failures',
  reason: null,
  detail: null,
  analyzer: 'local',
  profile: null,
  model: null,
  onInjection: null,
  money: {
    spentNanoUsd: 0,
    interruptedNanoUsd: 0,
    unknown: { calls: 0, nanoUsd: 0 },
    reservedNanoUsd: 0,
    budgetNanoUsd: null,
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
  },
  provider: null,
  settings: defaultSettings,
  planned: true,
  counts: {
    ...{
      total: 4,
      completed: 3,
      failed: 1,
      skipped: 0,
      cancelled: 0,
      pending: 0,
      processing: 0,
      retrying: 0,
      review: 0,
    },
  },
  parked: 0,
  summarizing: false,
  failures: [{ code: 'corrupt', count: 1 }],
  activeMs: 60_000,
  calls: 0,
  callsOk: 0,
  retryCalls: 4,
  retryCallsOk: 3,
  peakRssBytes: 2_100_000_000,
  stalled: false,
  stalledReason: null,
  createdAt: new Date(0),
  startedAt: new Date(0),
  completedAt: null,
};
const pattern = {
  ...{ code: 'corrupt', class: 'permanent', stage: 'extract', occurrences: 1, documents: 1, failed: 1 },
  examples: [hostile],
};

describe('a report', () => {
  it('as JSON is what the published schema says, with five targets and a suggestion per pattern', async () => {
    const schema = JSON.parse(await readFile(join(packageRoot, 'docs/report.schema.json'), 'utf8')) as object;
    const validate = new Ajv2020({ strict: true, allowUnionTypes: true }).compile(schema);
    const report = JSON.parse(await report_('json'));
    expect(validate(report), JSON.stringify(validate.errors)).to.equal(true);
    expect(
      report.targets.map(({ value, verdict }: Record<string, unknown>) => [value, verdict]),
    ).to.deep.equal([
      [4, 'missed'],
      [25, 'missed'],
      [75, 'missed'],
      [2.1, 'missed'],
      [null, 'n/a'],
    ]);
    expect(report.patterns[0].suggestion).to.include('fresh copy');
  });

  it('as Markdown keeps its table whatever a document is called', async () => {
    const rows = (await report_('md')).split('\n').filter((line) => line.startsWith('| a'));
    expect(rows).to.have.length(1);
    expect(rows[0]!.split(/(?<!\\)\|/)).to.have.length(10);
    expect(rows[0]).to.not.match(/(?<!\\)[`<]/);
  });

  it('as CSV lets no cell become a formula', async () => {
    expect(await report_('csv')).to.include(`"'=HYPERLINK(""x"")"`);
    for (const text of ['=1', '+1', '-1', '@x', '\t=1', '\r=1', '＝1']) {
      expect(csvCell(text).replace(/^"/, '')).to.match(/^'/);
    }
    expect([csvCell(-5), csvCell('a-b'), csvCell(null)]).to.deep.equal(['-5', 'a-b', '']);
  });

  it('says what calls without an answer may have cost', async () => {
    const unknown = { calls: 1, nanoUsd: 40_000_000 };
    const told = { ...snapshot, model: 'm', money: { ...snapshot.money, unknown } };
    const input = {
      snapshot: told,
      aggregate: null,
      patterns: [],
      items: items([]),
      events: [],
      createdAt: new Date(0),
    };
    const text = (await all(reportLines(input, 'md'))).join('\n');
    expect(text).to.contain('up to $0.040 more for 1 call whose outcome is unknown');
  });
});

describe('a report with an aggregate', () => {
  const sums = [
    { field: 'total', currency: 'EUR', sum: '30.30', documents: 2 },
    { field: 'total', currency: null, sum: '-5', documents: 1 },
  ];
  const coverage = {
    ...{ documents: 97, of: 100, failed: 3, review: 0 },
    ...{ skipped: 0, cancelled: 0, open: 0, withoutAnswer: 0, archives: 0 },
  };
  const aggregate: Aggregate = {
    spec: { groupBy: ['seller'], count: true, sum: ['total'], currency: 'currency', summary: null },
    coverage,
    sums,
    gaps: [{ field: 'seller', kind: 'missing', documents: 2, examples: ['a.pdf', '<b>.pdf'] }],
    summary: {
      ...{ state: 'made', text: '<b>Two sellers.</b>\nAll is paid.', model: 'claude-haiku-5-5' },
      ...{ answersRead: 97, answers: 97, calls: 1, costNanoUsd: 1_000, failure: null, madeAt: new Date(0) },
    },
    async *groups() {
      yield* await Promise.resolve([
        { key: ['A | B'], documents: 96, sums },
        { key: [null], documents: 1, sums: [] },
      ]);
    },
  };

  it('follows the published schema', async () => {
    const schema = await readFile(join(packageRoot, 'docs/report.schema.json'), 'utf8');
    const validate = new Ajv2020({ validateFormats: false }).compile(JSON.parse(schema));
    const report = JSON.parse(await report_('json', aggregate));
    expect(validate(report), JSON.stringify(validate.errors)).to.equal(true);
    expect(report.aggregate.over).to.deep.equal(coverage);
    expect(report.aggregate.groups[1]).to.deep.equal({ key: { seller: null }, documents: 1, sums: [] });
  });

  it('says in Markdown what it is over and what is missing, whatever a group is called', async () => {
    const text = await report_('md', aggregate);
    expect(text).to.include('over 97 of 100 documents; 3 failed');
    expect(text)
      .to.include('| A \\| B | 96 | EUR 30.30, -5 |')
      .and.to.include('| all | 97 | EUR 30.30, -5 |');
    expect(text).to.include('2 documents without').and.to.include('a.pdf');
    expect(text)
      .to.include('> \\<b\\>Two sellers.')
      .and.to.not.match(/(?<!\\)<b>/);
  });

  it('has a CSV line for each group, field and currency, with numbers as numbers', async () => {
    const lines = await all(aggregateCsv(aggregate));
    expect(lines[0]).to.equal('seller,documents,field,currency,sum,documents_with_it');
    expect(lines.slice(1)).to.deep.equal(['A | B,96,total,EUR,30.30,2', 'A | B,96,total,,-5,1', ',1,,,,']);
  });
});

describe('an export as CSV', () => {
  it('has a column per top-level field of the answers, also when one is called like ours', async () => {
    const answered = { ...item, state: 'completed', code: null, class: null, message: null };
    const lines = await all(
      exportCsvLines(
        items([
          { ...answered, result: { title: '=x', state: 'ok', tags: ['a'] } },
          { ...answered, result: 'just text' },
        ]),
        ['title', 'state', 'tags'],
      ),
    );
    expect(lines[0]).to.equal(
      'uri,state,title,answer.state,tags,class,code,analyzer,message,attempts,cost_nano_usd',
    );
    expect(lines[1]).to.equal(`file:///a.txt,completed,'=x,ok,"[""a""]",,,,,1,0`);
  });
});

function report_(format: ReportFormat, aggregate: Aggregate | null = null): Promise<string> {
  const input = {
    aggregate,
    snapshot,
    patterns: [pattern],
    items: items([item]),
    events: [],
    createdAt: new Date(0),
  };
  return all(reportLines(input, format)).then((lines) => lines.join('\n'));
}

async function* items(rows: readonly ItemRow[]): AsyncIterable<ItemRow> {
  yield* await Promise.resolve(rows);
}

async function all(lines: AsyncIterable<string>): Promise<string[]> {
  const list: string[] = [];
  for await (const line of lines) list.push(line);
  return list;
}
