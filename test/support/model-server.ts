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
  peakInFlight(batch: string): number;
  close(): Promise<void>;
}

/** An analyzer behind HTTP on loopback; `answer` decides what each call gets. */
export async function startModelServer(
  answer: (call: Call, nth: number) => ModelAnswer,
): Promise<ModelServer> {
  const calls: Call[] = [];
  const seen = new Map<string, number>();
  const open = new Map<string, number>();
  const peaks = new Map<string, number>();
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
      open.set(batch, (open.get(batch) ?? 0) + 1);
      peaks.set(batch, Math.max(peaks.get(batch) ?? 0, open.get(batch) ?? 0));
      let ended = false;
      const end = () => {
        if (ended) return;
        ended = true;
        call.endedAtMs = Date.now();
        open.set(batch, (open.get(batch) ?? 1) - 1);
      };
      response.on('close', end);
      const {
        delayMs = 0,
        status = 200,
        headers = {},
        body = { summary: `about ${call.name}` },
        text,
      } = answer(call, nth);
      setTimeout(() => {
        response.writeHead(status, { 'content-type': 'application/json', ...headers });
        response.end(text ?? JSON.stringify(body));
        end();
      }, delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/analyze`,
    calls,
    inFlight: () => [...open.values()].reduce((sum, count) => sum + count, 0),
    peakInFlight: (batch) => peaks.get(batch) ?? 0,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
