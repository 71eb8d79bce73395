import { expect } from 'chai';
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { moveForeignFileAside } from '../../../src/dev/foreign-file.ts';
import { isNewEnough } from '../../../src/dev/temporal-executable.ts';
import { loadTemporalSpec } from '../../../src/dev/temporal-spec.ts';

describe('the Temporal dev server’s files', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docbatch-unit-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('takes servers from 1.31 on', () => {
    expect(['1.31.0', '1.32.0-162', '2.0'].map(isNewEnough)).to.deep.equal([true, true, true]);
    expect(['1.30.6', '0.99', '1.9'].map(isNewEnough)).to.deep.equal([false, false, false]);
  });

  it('moves a database file of another server version aside, with its log', async () => {
    const path = join(folder, 'temporal.sqlite');
    await moveForeignFileAside(path, '1.31.2');
    await writeFile(path, 'old');
    await writeFile(`${path}-wal`, 'old wal');
    expect(await moveForeignFileAside(path, '1.31.2')).to.equal(null);
    expect(await readFile(path, 'utf8')).to.equal('old');
    expect(await moveForeignFileAside(path, '1.32.0')).to.include('server-1.31.2');
    const names = (await readdir(folder)).map((name) => name.replace(/\d{13}/, 'time')).sort();
    expect(names).to.deep.equal([
      'temporal.sqlite.server-1.31.2-time',
      'temporal.sqlite.server-1.31.2-time-wal',
      'temporal.sqlite.version',
    ]);
  });

  it('prefers temporal-dev.yaml of the project and always asks for our search attributes', async () => {
    await writeFile(join(folder, 'temporal-dev.yaml'), 'namespace: mine\nuiPort: 8233\n');
    const spec = loadTemporalSpec(folder);
    expect(spec).to.include({ namespace: 'mine', uiPort: 8233, retentionDays: 30 });
    expect(spec.searchAttributes).to.deep.include({ DocbatchBatchId: 'Keyword' });
  });

  it('names the file, the key and what was expected', async () => {
    await writeFile(join(folder, 'temporal-dev.yaml'), 'port: no\ncolour: red\n');
    expect(() => loadTemporalSpec(folder))
      .to.throw(join(folder, 'temporal-dev.yaml'))
      .with.property('message')
      .that.matches(/colour[\s\S]*port|port[\s\S]*colour/);
  });
});
