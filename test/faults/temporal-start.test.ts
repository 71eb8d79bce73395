import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { freePort } from '../../src/dev/free-port.ts';
import { temporalExecutable } from '../../src/dev/temporal-executable.ts';
import { loadTemporalSpec } from '../../src/dev/temporal-spec.ts';
import { startTemporal } from '../../src/dev/temporal.ts';
import { packageRoot } from '../../src/paths.ts';

describe('the start of Temporal', function () {
  this.timeout(60_000);
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docbatch-temporal-start-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is tried again when the server ends at once, as when another program took a port of its inner services', async () => {
    const server = await start(1);
    await server.process.stop();
    expect(await starts()).to.equal(2);
  });

  it('is given up after three times', async () => {
    const error = await start(9).catch((problem: unknown) => problem);
    expect(String(error)).to.include('The Temporal server ended with code 2');
    expect(await starts()).to.equal(3);
  });

  /** The real program, behind one that ends with the code of a Go panic the first times. */
  async function start(failures: number) {
    const executable = await temporalExecutable(join(packageRoot, '.docbatch'), process.env);
    const path = join(folder, 'temporal');
    const script = `#!/bin/sh
echo start >> '${join(folder, 'starts')}'
[ "$(wc -l < '${join(folder, 'starts')}')" -le ${failures} ] && exit 2
exec '${executable.path}' "$@"
`;
    await writeFile(path, script);
    await chmod(path, 0o755);
    return startTemporal({
      executable: { ...executable, path },
      spec: loadTemporalSpec(packageRoot),
      stateDir: join(folder, 'state'),
      port: await freePort(),
      uiPort: 0,
      durable: false,
      onOutput: () => undefined,
    });
  }

  async function starts(): Promise<number> {
    return (await readFile(join(folder, 'starts'), 'utf8')).trim().split('\n').length;
  }
});
