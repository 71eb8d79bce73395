import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { StackInfo, StackNeeds, StackStep } from './stack.ts';

/** What a command says to the keeper, one JSON object a line. The open connection is the lease. */
export type Request =
  | {
      type: 'lease';
      needs: StackNeeds;
      purpose: string;
      pid: number;
      fingerprint: string;
      /** The command had a lease already, of a keeper that died: what it left running goes on. */
      again: boolean;
    }
  | { type: 'hold' }
  | { type: 'release' }
  | { type: 'down' }
  | { type: 'where' };

export type Reply =
  | { type: 'step'; step: StackStep }
  | { type: 'interrupted'; batches: { id: string; name: string | null }[] }
  | { type: 'ready'; info: StackInfo }
  | { type: 'held' }
  | { type: 'where'; where: KeeperState }
  | { type: 'failed'; what: string; why?: string; next?: string }
  /** The lease is over. With the pid of a keeper that has stopped everything and leaves, so is the stack. */
  | { type: 'bye'; leavingPid: number | null }
  /** Come again when this connection closes: the keeper is leaving. */
  | { type: 'stopping' };

export interface KeeperState {
  pid: number;
  startedAt: string;
  held: boolean;
  leases: { purpose: string; pid: number }[];
  parts: { part: string; groupId: number; detail: string }[];
}

export function send(socket: Socket, message: Request | Reply): void {
  if (!socket.destroyed && socket.writable) socket.write(`${JSON.stringify(message)}\n`);
}

/** Calls `onMessage` for each line; a line that is not JSON is the other side's mistake and closes the connection. */
export function receive<Message>(socket: Socket, onMessage: (message: Message) => void): void {
  const lines = createInterface({ input: socket });
  // Told by the socket itself as well.
  lines.on('error', () => undefined);
  lines.on('line', (line) => {
    let message: Message;
    try {
      message = JSON.parse(line) as Message;
    } catch (error) {
      socket.destroy(error as Error);
      return;
    }
    onMessage(message);
  });
}
