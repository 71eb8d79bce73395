import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect } from 'chai';
import { createChildren } from '../../../src/sandbox/children.ts';

describe('the child processes of a sandbox', () => {
  it('are forgotten when they are gone, since their pids come back', async () => {
    const children = createChildren(10);
    const child = spawn(process.execPath, ['--eval', 'setInterval(() => undefined, 1000)']);
    const pid = child.pid!;
    children.started(pid);
    expect(children.pids()).to.deep.equal([pid]);
    children.kill(pid);
    expect(children.wasKilled(pid)).to.equal(true);
    await once(child, 'exit');
    expect(children.pids()).to.deep.equal([]);
    expect(children.wasKilled(pid)).to.equal(false);
  });

  it('are no longer taken for killed when a new one got the same pid', () => {
    const children = createChildren(10);
    // Nobody has this pid: more than Linux gives out.
    const pid = 2 ** 22 + 1;
    children.started(pid);
    children.kill(pid);
    children.started(pid);
    expect(children.wasKilled(pid)).to.equal(false);
  });
});
