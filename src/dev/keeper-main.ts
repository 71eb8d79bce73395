#!/usr/bin/env node
// The keeper of one project's stack: `node keeper-main.js <projectDir>`, started by the first command that needs it.
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { loadConfig } from '../config.ts';
import { createLogger } from '../log.ts';
import { withFolderLock } from './folder-lock.ts';
import { createKeeper } from './keeper.ts';
import { serveLeases } from './keeper-server.ts';
import { tryConnect } from './keeper-socket.ts';
import { endOrphans } from './orphans.ts';
import { fingerprint, outsideParts } from './outside.ts';
import { keeperSocketPath } from './state-files.ts';

const log = createLogger('keeper');
const projectDir = process.argv[2];
if (projectDir === undefined) throw new Error('expected the project folder as the only argument');
const env = process.env;
const config = loadConfig({ env, cwd: projectDir, project: projectDir });
await mkdir(config.stateDir, { recursive: true, mode: 0o700 });
const socketPath = keeperSocketPath(config.stateDir);
const server = await listenAlone(socketPath);
if (server === null) {
  log.info('another keeper was quicker');
} else {
  log.info({ pid: process.pid, projectDir }, 'started');
  const outside = outsideParts(config, env);
  const orphansEnded = endOrphans(config.stateDir);
  await serveLeases({
    server,
    socketPath,
    fingerprint: fingerprint(outside),
    createKeeper: (onStep) => {
      const logged: typeof onStep = (step) => {
        log.info(step);
        onStep(step);
      };
      const keeper = createKeeper({ config, outside, env, onStep: logged });
      return {
        ...keeper,
        ensure: async (...args) => {
          await orphansEnded;
          return keeper.ensure(...args);
        },
      };
    },
  });
  log.info('stopped');
  // A frozen command may keep its end of the socket open.
  setTimeout(() => process.exit(0), 1_000).unref();
}

/** The socket is the lock: null when a living keeper has it. A dead one's file is taken over, by one process only. */
function listenAlone(path: string): Promise<Server | null> {
  return withFolderLock(join(config.stateDir, 'keeper.lock'), async () => {
    const other = await tryConnect(path);
    if (other !== null) {
      other.destroy();
      return null;
    }
    await rm(path, { force: true });
    const listening = createServer();
    await new Promise<void>((resolve, reject) => {
      listening.once('error', reject);
      listening.listen(path, resolve);
    });
    return listening;
  });
}
