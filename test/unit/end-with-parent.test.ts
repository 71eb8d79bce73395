import { expect } from 'chai';
import { spawn } from 'node:child_process';
import { once } from 'node:events';

describe('endWithParent', function () {
  this.timeout(20_000);
  const program = `
    import { endWithParent } from '${new URL('../../src/worker/end-with-parent.js', import.meta.url).href}';
    const stop = new AbortController();
    const idle = setTimeout(() => process.exit(7), 3_000);
    stop.signal.addEventListener('abort', () => clearTimeout(idle));
    endWithParent(stop);`;
  const run = async (guard: number | undefined) => {
    const env = { ...process.env, DOCBATCH_GUARD: guard?.toString() };
    const child = spawn(process.execPath, ['--input-type=module', '-e', program], { env, stdio: 'inherit' });
    return ((await once(child, 'exit')) as [number])[0];
  };

  it('ends a process whose guard was killed before it could look', async () => {
    expect(await run(2 ** 22 + 1)).to.equal(0);
  });

  it('leaves one alone whose guard lives', async () => {
    expect(await Promise.all([run(process.pid), run(undefined)])).to.deep.equal([7, 7]);
  });
});
