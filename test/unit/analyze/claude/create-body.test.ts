import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import Anthropic from '@anthropic-ai/sdk';
import { expect } from 'chai';
import { createBody } from '../../../../src/analyze/claude/create-body.ts';
import { createProviderBatches } from '../../../../src/analyze/claude/provider-batches.ts';

const idOf = (n: number) => `00000000-0000-4000-8000-${String(n).padStart(12, '0')}`;

describe('the body of a create call', () => {
  it('is the JSON of all requests, of the length that is told before', async () => {
    for (const count of [1, 2, 3_000]) {
      const bodies = Array.from({ length: count }, (_, n) => JSON.stringify({ text: `Grüße ${n} 漢` }));
      const { lengthBytes, pieces } = createBody({
        count,
        sizeBytes: bodies.reduce((sum, body) => sum + Buffer.byteLength(body), 0),
        // eslint-disable-next-line @typescript-eslint/require-await
        async *read() {
          for (const [n, body] of bodies.entries()) yield { customId: idOf(n), body };
        },
      });
      const parts: Uint8Array[] = [];
      for await (const piece of pieces) parts.push(piece);
      const whole = Buffer.concat(parts);
      expect(whole.length).to.equal(lengthBytes);
      const { requests } = JSON.parse(whole.toString()) as { requests: { custom_id: string }[] };
      expect(requests.map(({ custom_id: id }) => id)).to.deep.equal(bodies.map((_, n) => idOf(n)));
    }
  });

  it('is sent without being kept in memory', async () => {
    const server = createServer((request, response) => {
      request.resume().on('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' });
        const request_counts = { processing: 1, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
        const at = new Date().toISOString();
        response.end(JSON.stringify({ id: 'b', request_counts, created_at: at, expires_at: at }));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const client = new Anthropic({ apiKey: 'k', baseURL: `http://127.0.0.1:${port}`, maxRetries: 0 });
    const batches = createProviderBatches(() => Promise.resolve(client), {
      ...{ provider: 'p', model: 'claude-haiku-5-5', prices: {} },
    });
    const body = JSON.stringify({ text: 'x'.repeat(20_000) });
    const count = 5_000;
    let mostBytes = 0;
    try {
      const before = process.memoryUsage().arrayBuffers;
      await batches.create(
        {
          count,
          sizeBytes: count * body.length,
          async *read() {
            for (let n = 0; n < count; n++) {
              if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
              mostBytes = Math.max(mostBytes, process.memoryUsage().arrayBuffers - before);
              yield { customId: idOf(n), body };
            }
          },
        },
        30_000,
      );
    } finally {
      server.closeAllConnections();
      server.close();
    }
    // Of 100 MB.
    expect(mostBytes).to.be.below(60_000_000);
  });
});
