import { tmpdir } from 'node:os';
import { expect } from 'chai';
import { permissionFlags } from '../../../src/sandbox/launch-flags.ts';

describe('the flags of a reading process', () => {
  it('leave out a folder that is not there', () => {
    const flags = permissionFlags([tmpdir(), '/no/such/folder']);
    expect(flags.join(' ')).to.contain(tmpdir()).and.not.contain('/no/such');
  });
});
