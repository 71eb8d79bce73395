// The simulated model: a process of its own, so that it outlives its callers and keeps the ledger of their calls.
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { plannedCall } from './simulated-model.ts';
import type { LedgerEntry } from './start-model.ts';

let ledger: LedgerEntry[] = [];

const server = createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const arrivedMs = performance.now();
  const atMs = Date.now();
  if (request.method === 'GET') answer(response, 200, ledger);
  if (request.method === 'DELETE') ledger = [];
  if (request.method === 'DELETE') answer(response, 200, {});
  if (request.method !== 'POST') return;
  const pieces: Buffer[] = [];
  request.on('data', (piece: Buffer) => pieces.push(piece));
  request.on('end', () => {
    const { document, attempt } = describe(request, Buffer.concat(pieces));
    ledger.push({ document, attempt, atMs });
    const { latencyMs, isFault } = plannedCall(document, attempt);
    const reply = () =>
      isFault
        ? answer(response, 529, { error: { type: 'overloaded_error', message: 'Overloaded' } })
        : answer(response, 200, { document, summary: `What ${document} says, in one sentence.` });
    setTimeout(reply, latencyMs - (performance.now() - arrivedMs));
  });
});
server.listen(0, '127.0.0.1', () => {
  process.stdout.write(`${(server.address() as AddressInfo).port}\n`);
});
// Whoever started us is gone.
process.stdin.on('end', () => process.exit()).resume();

function describe(request: IncomingMessage, body: Buffer): { document: string; attempt: number } {
  const { document } = JSON.parse(body.toString()) as { document: { name: string } };
  return { document: document.name, attempt: Number(request.headers['x-docbatch-attempt']) };
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(text),
  });
  response.end(text);
}
