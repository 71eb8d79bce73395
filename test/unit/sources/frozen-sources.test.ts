import { expect } from 'chai';
import { mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freezeSources, thawSources } from '../../../src/sources/frozen-sources.ts';

describe('frozen sources', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docbatch-frozen-'));
    await mkdir(join(folder, 'in [2026]'));
    await writeFile(join(folder, 'one.txt'), 'one');
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are absolute, whatever the folder is called', async () => {
    const frozen = await freezeSources({ paths: ['one.txt', 'in [2026]', '*.txt'] }, folder);
    expect(frozen).to.deep.equal({
      paths: [join(folder, 'one.txt'), join(folder, 'in [2026]')],
      globs: [{ pattern: '*.txt', cwd: folder }],
      manifests: [],
    });
    expect((await thawSources(frozen)).map(({ kind }) => kind)).to.deep.equal(['file', 'folder', 'glob']);
  });

  it('never take a folder that is gone for a glob that matches nothing', async () => {
    const frozen = await freezeSources({ paths: ['in [2026]'] }, folder);
    await rename(join(folder, 'in [2026]'), join(folder, 'away'));
    expect(await failure(frozen)).to.include('in [2026]');
  });

  it('want the folder of a glob to be there, and the manifest', async () => {
    const nothing = { paths: [], globs: [], manifests: [] };
    expect(await failure({ ...nothing, globs: [{ pattern: 'gone/*.txt', cwd: folder }] })).to.include('gone');
    expect(await failure({ ...nothing, globs: [{ pattern: '/gone-too/{a,b}/*', cwd: folder }] })).to.include(
      '/gone-too',
    );
    expect(await failure({ ...nothing, manifests: [join(folder, 'gone.csv')] })).to.include('gone.csv');
    await thawSources({ ...nothing, globs: [{ pattern: 'in [[]2026]/*', cwd: folder }] });
  });

  const failure = (frozen: Parameters<typeof thawSources>[0]) =>
    thawSources(frozen).then(
      () => 'none',
      (error: unknown) => (error as Error).message,
    );
});
