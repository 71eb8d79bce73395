import { residentBytes } from './resident-bytes.ts';

/** A child that holds more after its work is replaced: parsers give little back. */
const MAX_IDLE_RSS_BYTES = 400 * 1024 * 1024;
const GOLDEN_RATIO = 0.618;

/** What is known of the child processes of one sandbox. */
export interface Children {
  started(pid: number): void;
  /** Ends a child at once; its death says nothing about the document that it gets next. */
  kill(pid: number): void;
  wasKilled(pid: number): boolean;
  /** Replaces a child that has done its share, or holds too much memory. */
  finished(pid: number, rssBytes: number): void;
  pids(): number[];
  rssBytes(): number;
}

export function createChildren(recycleAfter: number): Children {
  const documents = new Map<number, number>();
  /** Until they are gone: their pids may come back, as ours or as somebody else's. */
  const killed = new Set<number>();
  let hasReplaced = false;

  return {
    started(pid) {
      killed.delete(pid);
      documents.set(pid, (documents.get(pid) ?? headStart()) + 1);
    },
    kill,
    wasKilled: (pid) => killed.has(pid),
    finished(pid, rssBytes) {
      if (rssBytes > MAX_IDLE_RSS_BYTES || (documents.get(pid) ?? 0) >= recycleAfter) kill(pid);
    },
    pids,
    rssBytes: () => pids().reduce((sum, pid) => sum + residentBytes(pid), 0),
  };

  /** The first children count from different numbers, evenly spread, so that they are not all replaced at one moment. */
  function headStart(): number {
    if (hasReplaced) return 0;
    return Math.floor(((documents.size * GOLDEN_RATIO) % 1) * recycleAfter);
  }

  function kill(pid: number): void {
    killed.add(pid);
    hasReplaced = true;
    documents.delete(pid);
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // Already gone: the pool hears of it by itself.
    }
  }

  function pids(): number[] {
    for (const pid of documents.keys()) if (!isAlive(pid)) documents.delete(pid);
    for (const pid of killed) if (!isAlive(pid)) killed.delete(pid);
    return [...documents.keys(), ...killed];
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
