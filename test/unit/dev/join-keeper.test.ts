import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { expect } from 'chai';
import { loadConfig, type Config } from '../../../src/config.ts';
import { joinKeeper } from '../../../src/dev/join-keeper.ts';
import { receive, send, type Request } from '../../../src/dev/keeper-protocol.ts';
import type { StackInfo } from '../../../src/dev/stack.ts';
import { keeperSocketPath } from '../../../src/dev/state-files.ts';

describe('a command that joins the stack', () => {
  let folder: string;
  let config: Config;
  let keeper: Server;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'docbatch-join-'));
    config = loadConfig({ env: {}, cwd: folder, project: folder });
  });
  afterEach(async () => {
    await new Promise((resolve) => keeper.close(resolve));
    await rm(folder, { recursive: true });
  });

  it('gets no lease once it was interrupted, also when the stack was just ready', async () => {
    const interrupt = new AbortController();
    keeper = createServer((socket) => {
      receive<Request>(socket, ({ type }) => {
        if (type === 'lease') interrupt.abort(new Error('Ctrl-C'));
        if (type !== 'release') return;
        send(socket, { type: 'ready', info: {} as StackInfo });
        send(socket, { type: 'bye', leavingPid: null });
        socket.end();
      });
    });
    const path = keeperSocketPath(config.stateDir);
    await mkdir(dirname(path), { recursive: true });
    await new Promise<void>((resolve) => keeper.listen(path, resolve));
    const joined = joinKeeper(config, {
      needs: { temporal: false, worker: false },
      purpose: 'up',
      onStep: () => undefined,
      signal: interrupt.signal,
    });
    const outcome = await joined.then(
      () => 'a lease',
      (error: unknown) => (error as Error).message,
    );
    expect(outcome).to.equal('Ctrl-C');
  });
});
