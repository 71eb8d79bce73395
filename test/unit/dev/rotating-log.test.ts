import { expect } from 'chai';
import { mkdtemp, readFile, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openRotatingLog } from '../../../src/dev/rotating-log.ts';

describe('a rotating log', () => {
  it('keeps the newest lines in its file and a bounded number of older ones', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'docbatch-unit-'));
    try {
      const log = openRotatingLog(join(folder, 'logs', 'a.log'), 10, 2);
      for (const line of ['11111111\n', '22222222\n', '33333333\n', '44444444\n']) log.write(line);
      expect(await readFile(log.path, 'utf8')).to.equal('44444444\n');
      expect((await readdir(join(folder, 'logs'))).sort()).to.deep.equal(['a.log', 'a.log.1', 'a.log.2']);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
