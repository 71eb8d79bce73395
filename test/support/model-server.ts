import type { Server } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Call {
  document: string;
  batch: string;
  name: string;
  startedAtMs: number;
  /** 0 while it is open; the moment of the answer, or of the caller's going away. */
  endedAtMs: number;
}

export interface ModelAnswer {
  delayMs?: number;
  status?: number;
  headers?: Record<string, string>;
  body?: unknown;
  /** The body as it is, instead. */
  text?: string;
}

export interface ModelServer {
  url: string;
  /** The callee's ledger: every call that arrived, in order. */
  calls: Call[];
  inFlight(): number;
  /** The most calls of a batch at once, ever or between two moments (`Date.now()`). */
  peakInFlight(batch: string, fromMs?: number, toMs?: number): number;
  close(): Promise<void>;
}

/** An analyzer behind HTTP on loopback; `answer` decides what each call gets. */
export async function startModelServer(
  answer: (call: Call, nth: number) => ModelAnswer | Promise<ModelAnswer>,
): Promise<ModelServer> {
  const calls: Call[] = [];
  const seen = new Map<string, number>();
  const server: Server = createServer((request, response) => {
    const batch = String(request.headers['x-docbatch-batch'] ?? '');
    const document = request.headers['x-docbatch-document'];
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (typeof document !== 'string') {
        response.end('{}');
        return;
      }
      const { document: described } = JSON.parse(Buffer.concat(chunks).toString()) as {
        document: { name: string };
      };
      const call = { document, batch, name: described.name, startedAtMs: Date.now(), endedAtMs: 0 };
      calls.push(call);
      const nth = (seen.get(document) ?? 0) + 1;
      seen.set(document, nth);
      const end = () => {
        call.endedAtMs ||= Date.now();
      };
      response.on('close', end);
      const send = ({ delayMs = 0, status = 200, headers = {}, body, text }: ModelAnswer) =>
        setTimeout(() => {
          response.writeHead(status, { 'content-type': 'application/json', ...headers });
          response.end(text ?? JSON.stringify(body ?? { summary: `about ${call.name}` }));
          end();
        }, delayMs).unref(); // A call that hangs must not hold the process when the server is closed.
      void Promise.resolve(answer(call, nth)).then(send);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/analyze`,
    calls,
    inFlight: () => calls.filter(({ endedAtMs }) => endedAtMs === 0).length,
    peakInFlight: (batch, fromMs = 0, toMs = Infinity) => peakOf(calls, batch, fromMs, toMs),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function peakOf(calls: readonly Call[], batch: string, fromMs: number, toMs: number): number {
  const steps = calls
    .filter((call) => call.batch === batch)
    .flatMap(({ startedAtMs, endedAtMs }) => [
      { atMs: startedAtMs, by: 1 },
      { atMs: endedAtMs || Infinity, by: -1 },
    ])
    .sort((a, b) => a.atMs - b.atMs || a.by - b.by);
  let [now, peak] = [0, 0];
  for (const { atMs, by } of steps) {
    if (atMs >= fromMs) peak = Math.max(peak, now);
    if (atMs > toMs) break;
    now += by;
    if (atMs >= fromMs) peak = Math.max(peak, now);
  }
  return peak;
}
