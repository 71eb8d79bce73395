import { expect } from 'chai';
import { createBody } from '../../../../src/analyze/claude/create-body.ts';

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
});
