import { expect } from 'chai';
import { randomUUID } from 'node:crypto';
import { measureAnswers, readAnswers } from '../../src/db/aggregate.ts';
import type { Database } from '../../src/db/database.ts';
import { readAggregate } from '../../src/db/read-aggregate.ts';
import type { AggregateSpec, Group } from '../../src/domain/aggregate.ts';
import type { Json } from '../../src/domain/analyzer.ts';
import { claimed, commit, failed, newBatch, outcome } from '../support/batch-rows.ts';
import { withTestDatabase } from '../support/postgres.ts';

const spec: AggregateSpec = {
  ...{ groupBy: ['seller'], count: true, sum: ['total'], currency: 'currency', summary: null },
};

describe('the aggregate of a batch', function () {
  this.timeout(60_000);
  let db: Database;
  withTestDatabase((made) => (db = made));

  /** A batch of these answers; null: the document failed. */
  async function batchOf(answers: readonly (Json | null)[], review = new Set<number>()): Promise<string> {
    const batchId = await newBatch(db, answers.length, { batchSize: 500 });
    const items = await claimed(db, batchId);
    items.sort((a, b) => numberOf(a.uri) - numberOf(b.uri));
    const outcomes = items.map((item, index) =>
      answers[index] === null
        ? failed(item)
        : outcome(item, { result: answers[index]!, ...(review.has(index) ? { state: 'review' } : {}) }),
    );
    await commit(db, batchId, outcomes);
    return batchId;
  }

  async function aggregateOf(batchId: string, wanted = spec) {
    const { groups, ...rest } = (await readAggregate(db, batchId, wanted))!;
    const list: Group[] = [];
    for await (const group of groups()) list.push(group);
    return { ...rest, groups: list };
  }

  it('groups, counts and adds up exactly, by currency, and leaves no document out unsaid', async () => {
    const batchId = await batchOf(
      [
        { seller: 'ACME', total: 0.1, currency: 'EUR' },
        { seller: ' ACME ', total: 0.2, currency: 'eur' },
        { seller: 'ACME', total: '$ 1,000.50', currency: 'EUR' },
        { seller: 'Müller', total: '1.234,56 €' },
        { seller: null, total: 5, currency: 'USD' },
        { total: 'about ten', seller: 'Müller' },
        { seller: 'ACME', total: 99, currency: 'EUR' },
        null,
      ],
      new Set([6]),
    );
    const { coverage, sums, groups, gaps } = await aggregateOf(batchId);
    expect(coverage).to.include({ documents: 6, of: 8, failed: 1, review: 1, open: 0 });
    const told = ({ currency, sum, documents }: (typeof sums)[number]) => [currency, sum, documents];
    expect(sums.map(told)).to.deep.equal([
      ['$', '1000.5', 1],
      ['EUR', '1234.86', 3],
      ['USD', '5', 1],
    ]);
    expect(groups.map(({ key, documents, sums: own }) => [key, documents, own.map(told)])).to.deep.equal([
      [
        ['ACME'],
        3,
        [
          ['$', '1000.5', 1],
          ['EUR', '0.3', 2],
        ],
      ],
      [['Müller'], 2, [['EUR', '1234.56', 1]]],
      [[null], 1, [['USD', '5', 1]]],
    ]);
    expect(gaps).to.deep.equal([
      { field: 'seller', kind: 'missing', documents: 1, examples: ['4.txt'] },
      { field: 'total', kind: 'unreadable', documents: 1, examples: ['5.txt'] },
    ]);
  });

  it('counts the files of an archive, and not the archive', async () => {
    const archive = { summary: 'An archive of 2 files: a, b', container: 'application/zip', files: 2 };
    const letter = { seller: 'ACME', total: 1, currency: 'EUR' };
    const { coverage, groups, gaps } = await aggregateOf(await batchOf([archive, letter, letter]));
    expect(coverage).to.include({ documents: 2, of: 3, archives: 1 });
    expect([groups.length, gaps]).to.deep.equal([1, []]);
  });

  const amounts: [text: Json, amount: string | null, currency: string | null][] = [
    ['12', '12', null],
    ['1,234.56', '1234.56', null],
    ['1.234,56', '1234.56', null],
    ['1 234,56 EUR', '1234.56', 'EUR'],
    ['1\u00a0234\u202f567,8\u00a0€', '1234567.8', 'EUR'],
    ["CHF 1'234.50", '1234.50', 'CHF'],
    ['1.234.567', '1234567', null],
    ['US$0.99', '0.99', 'USD'],
    ['£ -3.50', '-3.50', 'GBP'],
    ['(12.00)', '-12.00', null],
    ['EUR (12.00)', '-12.00', 'EUR'],
    ['(12,00) €', '-12.00', 'EUR'],
    ['- 5 USD', '-5', 'USD'],
    ['+5', '5', null],
    ['(-5)', null, null],
    ['-5-', null, null],
    ['−7,25', '-7.25', null],
    ['12,00-', '-12.00', null],
    ['.50', '0.50', null],
    ['0.125', '0.125', null],
    ['1234.567', '1234.567', null],
    [1e21, '1000000000000000000000', null],
    ['1.234', null, null],
    ['12,345 EUR', null, null],
    ['1,23,456.00', null, null],
    ['12 pieces', null, null],
    ['19 %', null, null],
    ['EUR 5 USD', null, null],
    ['(5', null, null],
    ['--5', null, null],
    ['12.5.2026', null, null],
    ['', null, null],
    [true, null, null],
    [[1], null, null],
    ['9'.repeat(200), null, null],
  ];
  for (const [value, amount, currency] of amounts) {
    it(`reads ${JSON.stringify(value).slice(0, 40)} as ${amount ?? 'no number'}`, async () => {
      const { rows } = await db.query('SELECT amount::text, currency FROM docbatch_amount($1, NULL)', [
        JSON.stringify(value),
      ]);
      expect(rows).to.deep.equal([{ amount, currency: amount === null ? null : currency }]);
    });
  }

  it('equals sums in integers, for any mix of groups, currencies and ways to write an amount', async () => {
    const random = seeded(7);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
    const expected = new Map<string, { documents: number; cents: Map<string, bigint> }>();
    const answers = Array.from({ length: 400 }, () => {
      const seller = pick(['A', 'B', 'C', null]);
      const currency = pick(['EUR', 'USD', 'JPY']);
      const cents = Math.floor(random() * 10 ** pick([2, 5, 9])) * pick([1, 1, -1]);
      const group = expected.get(String(seller)) ?? { documents: 0, cents: new Map<string, bigint>() };
      group.documents += 1;
      group.cents.set(currency, (group.cents.get(currency) ?? 0n) + BigInt(cents));
      expected.set(String(seller), group);
      const written = pick([plain, english, german, swiss])(cents);
      return pick([
        { seller, currency, total: Number(plain(cents)) },
        { seller, currency, total: written },
        { seller, total: `${currency} ${written}` },
        { seller, total: `${written} ${currency}`, currency: 'GBP' },
      ]);
    });
    const { groups } = await aggregateOf(await batchOf(answers));
    expect(groups).to.have.length(4);
    for (const { key, documents, sums } of groups) {
      const group = expected.get(String(key[0]))!;
      expect(documents).to.equal(group.documents);
      const found = Object.fromEntries(sums.map(({ currency, sum }) => [currency, centsOf(sum)]));
      expect(found).to.deep.equal(Object.fromEntries(group.cents));
    }
  });

  it('adds up what stands in lists, and groups by several fields, also nested ones', async () => {
    const lines = (...of: Json[]) => of.map((amount) => ({ amount }));
    const batchId = await batchOf([
      { buyer: { city: 'Bonn' }, paid: true, lines: lines(1.1, '2,20', null) },
      { buyer: { city: 'Bonn' }, paid: true, lines: lines(3) },
      { buyer: {}, paid: false, lines: [] },
      'no object',
    ]);
    const wanted = { ...spec, groupBy: ['buyer.city', 'paid'], sum: ['lines[].amount'] };
    const { groups, gaps } = await aggregateOf(batchId, wanted);
    expect(groups.map(({ key, documents, sums }) => [key, documents, sums[0]?.sum])).to.deep.equal([
      [['Bonn', 'true'], 2, '6.3'],
      [[null, 'false'], 1, undefined],
      [[null, null], 1, undefined],
    ]);
    expect(gaps.map(({ field, kind, documents }) => [field, kind, documents])).to.deep.equal([
      ['buyer.city', 'missing', 2],
      ['paid', 'missing', 1],
      ['lines[].amount', 'missing', 2],
    ]);
  });

  it('reads answers in an order of their contents, each once, without what docbatch adds', async () => {
    const mark = randomUUID();
    const batchId = await batchOf(
      Array.from({ length: 9 }, (_, n) => ({ n, mark, claude: { requestIds: ['r'] }, grounding: [] })),
    );
    const without = ['claude', 'grounding'];
    const read = async (every: number, from: number) => {
      const texts: string[] = [];
      for await (const text of readAnswers(db, batchId, { every, from, without })) texts.push(text);
      return texts;
    };
    const whole = await read(1, 0);
    expect(whole).to.have.length(9);
    expect(whole.join()).to.not.include('claude');
    expect(await read(1, 4)).to.deep.equal(whole.slice(4));
    expect(await read(3, 1)).to.deep.equal([whole[3], whole[6]]);
    const { answers, chars } = await measureAnswers(db, batchId, without);
    expect([answers, chars]).to.deep.equal([9, whole.join('').length]);
  });
});

function numberOf(uri: string): number {
  return Number(/(\d+)\.txt$/.exec(uri)![1]);
}

function plain(cents: number): string {
  return `${cents < 0 ? '-' : ''}${parts(cents, '')}.${fraction(cents)}`;
}

function english(cents: number): string {
  return `${cents < 0 ? '-' : ''}${parts(cents, ',')}.${fraction(cents)}`;
}

function german(cents: number): string {
  return `${cents < 0 ? '-' : ''}${parts(cents, '.')},${fraction(cents)}`;
}

function swiss(cents: number): string {
  const text = `${parts(cents, "'")}.${fraction(cents)}`;
  return cents < 0 ? `(${text})` : text;
}

function parts(cents: number, separator: string): string {
  return String(Math.floor(Math.abs(cents) / 100)).replace(/\B(?=(\d{3})+$)/g, separator);
}

function fraction(cents: number): string {
  return String(Math.abs(cents) % 100).padStart(2, '0');
}

function centsOf(sum: string): bigint {
  const [whole = '', part = ''] = sum.replace('-', '').split('.');
  const cents = BigInt(`${whole}${part.padEnd(2, '0')}`);
  return sum.startsWith('-') ? -cents : cents;
}

function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return state / 2 ** 31;
  };
}
