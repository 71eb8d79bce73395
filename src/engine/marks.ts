import type { Fence } from '../db/claims.ts';
import { markWaiting, markStarted, takeBackMarks } from '../db/claims.ts';
import type { Queryable } from '../db/database.ts';
import { outlastOutage } from './outage.ts';

/**
 * What the rows say of documents that are in work here, for whoever finds them after a crash. Each answers whether the
 * document is still ours; what comes within a few milliseconds shares a statement.
 */
export interface Marks {
  /** It holds its slot, and only waits. */
  waits(fence: Fence): Promise<boolean>;
  /** The wait is over: its work begins (again). */
  begins(fence: Fence): Promise<boolean>;
  /** It is back in the queue. */
  takeBack(fence: Fence): Promise<boolean>;
}

const GROUP_MS = 3;

export function createMarks(db: Queryable, batchId: string): Marks {
  return {
    waits: grouped((fences) => markWaiting(db, batchId, fences)),
    begins: grouped((fences) => markStarted(db, batchId, fences)),
    takeBack: grouped((fences) => takeBackMarks(db, batchId, fences)),
  };
}

interface Waiting {
  fence: Fence;
  resolve(isOurs: boolean): void;
  reject(error: unknown): void;
}

function grouped(
  write: (fences: readonly Fence[]) => Promise<Set<string>>,
): (fence: Fence) => Promise<boolean> {
  let waiting: Waiting[] = [];
  const flush = async (): Promise<void> => {
    const group = waiting;
    waiting = [];
    try {
      const ours = await outlastOutage(() => write(group.map(({ fence }) => fence)));
      for (const { fence, resolve } of group) resolve(ours.has(fence.documentId));
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  return (fence) =>
    new Promise((resolve, reject) => {
      waiting.push({ fence, resolve, reject });
      if (waiting.length === 1) setTimeout(() => void flush(), GROUP_MS);
    });
}
