// The rival, written to win: pooled; retries wait outside their slot and are soon in front; rows outside it too.
import { readFile } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import pLimit from 'p-limit';
import pg from 'pg';

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
  const body = JSON.stringify({ document: { name }, text: await readFile(path!, 'utf8') });
  let answer = await slots(() => post(body, 1));
  for (let attempt = 2; !answer.ok && attempt <= 4; attempt++) {
    await sleep(Number(retryDelayMs) * 2 ** (attempt - 2));
    answer = await slots(() => post(body, attempt));
  }
  const sql = `WITH item AS (UPDATE batch_items SET state = $3, finished_at = clock_timestamp() WHERE batch_id = $1 AND document_id = $2)
    INSERT INTO document_results (batch_id, document_id, analyzer, recipe_id, content_sha256, result) VALUES ($1, $2, 'loop', 1, '', $4)`;
  await pool.query(sql, [batch, id, answer.ok ? 'completed' : 'failed', answer.text]);
}

const { rows } =
  await pool.query(`SELECT document_id AS id, uri AS path, name, i.batch_id AS batch FROM batch_items i
  JOIN file_document d ON d.id = document_id WHERE state = 'pending' ORDER BY position`);
await Promise.all(rows.map((row) => window(() => run(row))));
await pool.end();
