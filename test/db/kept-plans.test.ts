import { expect } from 'chai';
import type { Database } from '../../src/db/database.ts';
import { openDatabase } from '../../src/db/database.ts';
import type { TestDatabase } from '../support/postgres.ts';
import { testDatabase } from '../support/postgres.ts';

const SQL = 'SELECT $1::int + 1 AS sum';
const NAMES = `SELECT name FROM pg_prepared_statements WHERE name LIKE 'docbatch%'`;

describe('kept plans', () => {
  /** With one connection, so that each statement finds what the one before left there. */
  let db: Database;
  let test: TestDatabase;

  before(async () => {
    test = await testDatabase();
  });
  after(() => test.drop());
  beforeEach(() => {
    db = openDatabase(test.url, 1);
  });
  afterEach(() => db.close());

  const sum = async (of: number) => {
    const { rows } = await db.query<{ sum: number }>(SQL, [of], { keepPlan: true });
    return rows[0]?.sum;
  };
  const keptNames = async () => (await db.query<{ name: string }>(NAMES)).rows.map(({ name }) => name);

  it('are made once per connection, and only where asked for', async () => {
    expect([await sum(1), await sum(2)]).to.deep.equal([2, 3]);
    await db.query(SQL, [3]);
    expect((await keptNames()).length).to.equal(1);
  });

  it('may be lost: a pooler gave the statement another connection', async () => {
    expect(await sum(1)).to.equal(2);
    await db.query('DEALLOCATE ALL');
    expect([await sum(2), await sum(3)]).to.deep.equal([3, 4]);
    expect(await keptNames(), 'and none is kept any more').to.deep.equal([]);
  });

  it('may be there already: the connection served another process', async () => {
    await sum(1);
    const [name = ''] = await keptNames();
    await db.close();
    db = openDatabase(test.url, 1);
    await db.query(`PREPARE ${name} AS ${SQL}`);
    expect([await sum(2), await sum(3)]).to.deep.equal([3, 4]);
  });

  it('may be older than their tables', async () => {
    const sql = 'SELECT * FROM kept_plan_rows WHERE n = $1';
    const read = () => db.query(sql, [1], { keepPlan: true });
    await db.query('CREATE TEMPORARY TABLE kept_plan_rows AS SELECT 1 AS n');
    await read();
    await db.query(`ALTER TABLE kept_plan_rows ADD COLUMN more text DEFAULT 'new'`);
    expect((await read()).rows).to.deep.equal([{ n: 1, more: 'new' }]);
  });
});
