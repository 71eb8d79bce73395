import type { Socket } from 'node:net';
import type { Config } from '../config.ts';
import { connectOrStart } from './keeper-socket.ts';
import { receive, send, type Reply } from './keeper-protocol.ts';
import { fingerprint, outsideParts } from './outside.ts';
import { processGone } from './process-gone.ts';
import { StackError } from './stack-error.ts';
import type { AcquireOptions, StackInfo, StackLease } from './stack.ts';

/** Keepers that left while we came, before we give up. */
const TRIES = 5;

/** How long an interrupted start waits for the keeper's good-bye. */
const LEAVE_MS = 5_000;

/** A lease of the project's keeper. When the keeper is killed under us, another is started and what we had goes on. */
export async function joinKeeper(config: Config, options: AcquireOptions): Promise<StackLease> {
  let released = false;
  let connection = await lease(config, options, false);
  const isReleased = () => released;

  const stayJoined = async () => {
    const how = await connection.closed;
    if (released || how === 'bye') return;
    options.onStep({ part: 'postgres', state: 'restarting', detail: 'the keeper of the stack was lost' });
    try {
      connection = await lease(config, options, true);
      if (isReleased()) send(connection.socket, { type: 'release' });
    } catch (error) {
      options.onStep({ part: 'postgres', state: 'failed', detail: (error as Error).message });
      return;
    }
    await stayJoined();
  };
  const joined = stayJoined();

  return {
    info: connection.info,
    hold: async () => {
      send(connection.socket, { type: 'hold' });
      await connection.next('held');
    },
    release: async () => {
      if (released) return;
      released = true;
      send(connection.socket, { type: 'release' });
      await joined;
      connection.socket.destroy();
      await processGone(connection.leavingPid());
    },
  };
}

interface Connection {
  socket: Socket;
  info: StackInfo;
  next: (type: Reply['type']) => Promise<void>;
  /** Known after `bye`: the keeper that stops with this lease. */
  leavingPid: () => number | null;
  /** `bye` when the keeper ended the lease, `lost` when it was killed. */
  closed: Promise<'bye' | 'lost'>;
}

async function lease(config: Config, options: AcquireOptions, again: boolean): Promise<Connection> {
  for (let left = TRIES; ; left--) {
    const outcome = await ask(await connectOrStart(config), config, options, again);
    if (outcome !== 'leaving') return outcome;
    if (left === 1)
      throw new StackError('The keeper of the stack leaves again and again', { next: 'docbatch doctor' });
  }
}

function ask(
  socket: Socket,
  config: Config,
  options: AcquireOptions,
  again: boolean,
): Promise<Connection | 'leaving'> {
  const { needs, purpose, onStep, onInterrupted, signal } = options;
  const waiting = new Map<Reply['type'], () => void>();
  let saidBye = false;
  let leavingPid: number | null = null;
  let failed: StackError | null = null;
  const closed = new Promise<'bye' | 'lost'>((resolve) =>
    socket.once('close', () => resolve(saidBye ? 'bye' : 'lost')),
  );
  socket.on('error', () => undefined);
  return new Promise((resolve, reject) => {
    const leave = () => {
      send(socket, { type: 'release' });
      // What was starting is stopped before the command ends; a download in the keeper is not waited for.
      setTimeout(() => socket.destroy(), LEAVE_MS).unref();
    };
    signal.addEventListener('abort', leave, { once: true });
    void closed.then(() => {
      signal.removeEventListener('abort', leave);
      if (signal.aborted) reject(signal.reason as Error);
      else if (failed === null) resolve('leaving');
      else reject(failed);
    });
    receive<Reply>(socket, (reply) => {
      waiting.get(reply.type)?.();
      if (reply.type === 'step') onStep(reply.step);
      if (reply.type === 'interrupted') onInterrupted?.(reply.batches);
      if (reply.type === 'bye') {
        saidBye = true;
        leavingPid = reply.leavingPid;
      }
      if (reply.type === 'failed') {
        failed = new StackError(reply.what, reply);
        // A clean good-bye: what did start of the stack is not left behind.
        send(socket, { type: 'release' });
      }
      // Once the lease was given back, the good-bye is all that counts.
      if (reply.type === 'ready' && !signal.aborted) {
        signal.removeEventListener('abort', leave);
        const next = (type: Reply['type']) => new Promise<void>((told) => waiting.set(type, told));
        resolve({ socket, info: reply.info, next, closed, leavingPid: () => leavingPid });
      }
    });
    // The interrupt may have come while the keeper was starting.
    if (signal.aborted) leave();
    else {
      send(socket, {
        type: 'lease',
        needs,
        purpose,
        pid: process.pid,
        fingerprint: fingerprint(outsideParts(config, process.env)),
        again,
      });
    }
  });
}
