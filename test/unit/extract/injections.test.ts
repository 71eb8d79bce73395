import { expect } from 'chai';
import { findOrdersInName } from '../../../src/domain/find-orders.ts';
import { injectionPairs, innocents } from '../../support/injections.ts';
import { extractContent } from './extract.ts';

describe('orders to a model in documents', () => {
  it('are found wherever they hide, and never in the clean twin', async () => {
    const wrong: string[] = [];
    for (const { kind, injected, twin } of await injectionPairs(2)) {
      if (!(await hasOrder(injected))) wrong.push(kind);
      if (await hasOrder(twin)) wrong.push(`twin of ${kind}`);
    }
    expect(wrong).to.deep.equal([]);
  });

  it('are not found in documents that speak to people, or about them', async () => {
    for (const [name, content] of Object.entries(innocents)) {
      expect(await hasOrder({ name, bytes: Buffer.from(content) }), name).to.equal(false);
    }
  });
});

async function hasOrder({ name, bytes }: { name: string; bytes: Buffer }): Promise<boolean> {
  const { extraction } = await extractContent(name, bytes);
  const suspicions = extraction?.suspicions ?? [];
  return [...suspicions, ...findOrdersInName(name)].some(({ weight }) => weight === 'order');
}
