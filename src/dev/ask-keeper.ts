import type { Config } from '../config.ts';
import { receive, send, type KeeperState, type Reply } from './keeper-protocol.ts';
import { tryConnect } from './keeper-socket.ts';
import { processGone } from './process-gone.ts';
import { keeperSocketPath } from './state-files.ts';

/** What the project's keeper has in hand; null when no stack runs. */
export async function keeperState(config: Config): Promise<KeeperState | null> {
  const socket = await tryConnect(keeperSocketPath(config.stateDir));
  if (socket === null) return null;
  socket.on('error', () => undefined);
  return new Promise((resolve) => {
    receive<Reply>(socket, (reply) => {
      if (reply.type !== 'where') return;
      resolve(reply.where);
      socket.destroy();
    });
    socket.once('close', () => resolve(null));
    send(socket, { type: 'where' });
  });
}

/** Drains the worker and stops the servers, whoever uses them; false when no stack runs. */
export async function stopStack(config: Config): Promise<boolean> {
  const socket = await tryConnect(keeperSocketPath(config.stateDir));
  if (socket === null) return false;
  socket.on('error', () => undefined);
  const closed = new Promise((resolve) => socket.once('close', resolve));
  let leavingPid: number | null = null;
  receive<Reply>(socket, (reply) => {
    if (reply.type === 'bye') leavingPid = reply.leavingPid;
  });
  send(socket, { type: 'down' });
  await closed;
  await processGone(leavingPid);
  return true;
}
