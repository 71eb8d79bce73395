import { expect } from 'chai';
import { uuidV5 } from '../../../src/intake/uuid-v5.ts';

describe('uuidV5', () => {
  it('is that of RFC 9562', () => {
    const dns = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex');
    expect(uuidV5('www.example.com', dns)).to.equal('2ed6657d-e927-568b-95e1-2665a8aea6a2');
  });

  it('gives a workflow the same batch for ever', () => {
    expect(uuidV5('schedule:nightly-2026-11-25T02:00:00Z')).to.equal('5e140d04-b906-5cb4-929c-e0596d907914');
  });
});
