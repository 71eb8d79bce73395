import { existsSync } from 'node:fs';
import type { Server, Socket } from 'node:net';
import type { Keeper } from './keeper.ts';
import { receive, send, type KeeperState, type Reply, type Request } from './keeper-protocol.ts';
import type { StackStep } from './stack.ts';

/** How long the stack outlives a command that was killed. */
const GRACE_MS = 10_000;
const DETACHED_CHECK_MS = 5_000;
const SOCKET_CHECK_MS = 2_000;

export interface KeeperServerOptions {
  server: Server;
  socketPath: string;
  fingerprint: string;
  createKeeper: (onStep: (step: StackStep) => void) => Keeper;
}

/** Counts leases and decides when the stack ends; resolves when everything has stopped. */
export function serveLeases(options: KeeperServerOptions): Promise<void> {
  const { server, socketPath } = options;
  const startedAt = new Date().toISOString();
  const connections = new Set<Socket>();
  const leases = new Map<Socket, { purpose: string; pid: number }>();
  let held = false;
  let stopping: Promise<void> | null = null;
  let timer: NodeJS.Timeout | undefined;
  const tellAll = (reply: Reply) => {
    for (const socket of leases.keys()) send(socket, reply);
  };
  const keeper = options.createKeeper((step) => tellAll({ type: 'step', step }));
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => (end = resolve));

  const stop = (): Promise<void> => {
    stopping ??= (async () => {
      clearTimeout(timer);
      clearInterval(watch);
      await keeper.stop();
      server.close();
      for (const socket of connections) {
        send(socket, { type: 'bye', leavingPid: process.pid });
        socket.end();
      }
      end();
    })();
    return stopping;
  };

  /** Stops now when nobody needs the stack; else looks again when that may have changed. */
  const stopIfUnneeded = async (): Promise<boolean> => {
    clearTimeout(timer);
    if (held || leases.size > 0) return false;
    if (await keeper.hasDetachedWork()) {
      later(DETACHED_CHECK_MS);
      return false;
    }
    // A command may have come while the database was asked.
    if (leases.size > 0) return false;
    await stop();
    return true;
  };
  const later = (delayMs: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => void stopIfUnneeded(), delayMs);
  };

  const lease = async (socket: Socket, request: Extract<Request, { type: 'lease' }>) => {
    if (stopping !== null) {
      send(socket, { type: 'stopping' });
      return;
    }
    if (request.fingerprint !== options.fingerprint) {
      send(socket, otherServers);
      return;
    }
    leases.set(socket, { purpose: request.purpose, pid: request.pid });
    clearTimeout(timer);
    try {
      const info = await keeper.ensure(request.needs, {
        again: request.again,
        onInterrupted: (batches) => send(socket, { type: 'interrupted', batches }),
      });
      send(socket, { type: 'ready', info });
    } catch (error) {
      const { message, why, next } = error as Error & { why?: string; next?: string };
      send(socket, { type: 'failed', what: message, ...(why && { why }), ...(next && { next }) });
    }
  };

  const answer = async (socket: Socket, request: Request): Promise<void> => {
    if (request.type === 'lease') await lease(socket, request);
    if (request.type === 'where') send(socket, { type: 'where', where: state() });
    if (request.type === 'hold') {
      held = true;
      send(socket, { type: 'held' });
    }
    if (request.type === 'release') {
      leases.delete(socket);
      if (await stopIfUnneeded()) return;
      send(socket, { type: 'bye', leavingPid: null });
      socket.end();
    }
    if (request.type === 'down') {
      for (const { part } of keeper.parts()) tellAll(stopped(part));
      await stop();
    }
  };
  const state = (): KeeperState => ({
    pid: process.pid,
    startedAt,
    held,
    leases: [...leases.values()],
    parts: keeper.parts(),
  });

  server.on('connection', (socket) => {
    receive<Request>(socket, (request) => void answer(socket, request));
    socket.on('error', () => undefined);
    connections.add(socket);
    socket.on('close', () => {
      connections.delete(socket);
      if (leases.delete(socket)) later(GRACE_MS);
    });
  });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => void stop());
  // Without its socket nobody can reach this keeper: the folder was removed or moved.
  const watch = setInterval(() => existsSync(socketPath) || void stop(), SOCKET_CHECK_MS);
  later(GRACE_MS);
  return ended;
}

const otherServers: Reply = {
  type: 'failed',
  what: 'This project runs with other servers than this command asks for',
  why: 'DATABASE_URL, TEMPORAL_ADDRESS or the namespace differ from those of the running stack',
  next: '`docbatch down`, then this command again',
};

function stopped(part: string): Reply {
  const step = { part: part as StackStep['part'], state: 'stopped' as const, detail: '`docbatch down`' };
  return { type: 'step', step };
}
