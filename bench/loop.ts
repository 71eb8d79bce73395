// The rival, written to win: pooled; retries wait outside their slot and are soon in front; rows outside it too.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import pg from 'pg';
import { WRITE_ROWS } from './loop-rows.ts';

const [databaseUrl, modelUrl = '', parallel, retryDelayMs] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: databaseUrl });
const agent = new Agent({ keepAlive: true });
const slots = pLimit(Number(parallel));
const window = pLimit(Number(parallel) + 20);
const post = (body: string, attempt: number) =>
  new Promise<{ ok: boolean; text: string }>((resolve, reject) => {
    const headers = { 'content-length': Buffer.byteLength(body), 'x-docbatch-attempt': attempt };
    const call = request(modelUrl, { method: 'POST', agent, headers }, (response) => {
      const done = (text: string[]) => resolve({ ok: response.statusCode === 200, text: text.join('') });
      response.toArray().then(done, reject);
    });
    call.on('error', reject).end(body);
  });
async function run({ id, path, name, batch }: Record<string, string>): Promise<void> {
  const text = await readFile(path!, 'utf8');
  const body = JSON.stringify({ document: { name }, text });
  let [attempt, answer] = [1, await slots(() => post(body, 1))];
  while (!answer.ok && attempt++ < 4) {
    await sleep(Number(retryDelayMs) * 2 ** (attempt - 2));
    answer = await slots(() => post(body, attempt));
  }
  const hash = createHash('sha256').update(text).digest('hex');
  const [state, status] = answer.ok ? ['completed', 'processed'] : ['failed', 'failed'];
  await pool.query(WRITE_ROWS, [batch, id, state, status, answer.text, Math.min(attempt, 4), hash, text]);
}
const { rows } =
  await pool.query(`SELECT document_id AS id, uri AS path, name, i.batch_id AS batch FROM batch_items i
  JOIN file_document d ON d.id = document_id WHERE state = 'pending' ORDER BY position`);
await Promise.all(rows.map((row) => window(() => run(row))));
await pool.end();
