import type { CommitResult, Outcome } from '../db/commit-outcomes.ts';
import { describeFailureCode } from '../domain/failure-codes.ts';
import type { Unwritten } from '../db/unwritten-outputs.ts';
import { outlastOutage } from './outage.ts';

export interface Pending {
  uri: string;
  /** The file that it lies in, of a document inside another. */
  containerUri?: string | null;
  outcome: Outcome;
  settle(written: boolean): void;
  fail(error: unknown): void;
}

/** Collects the outcomes of one batch and writes them in groups; one group at a time. */
export interface Committer {
  add(pending: Pending): void;
  /** Outcomes that are not committed yet: what a kill would lose. */
  count(): number;
  failures(): number;
  /** True while a critical failure is on its way to the row that will halt the batch. */
  hasCritical(): boolean;
  /** Age of the oldest of them, in milliseconds. */
  oldestAgeMs(): number;
}

const GROUP_SIZE = 64;
/** Of what documents leave to provider batches: a group becomes one JSON text, and its parts a jsonb value. */
const GROUP_BYTES = 32_000_000;
/** Short, because an answer that waits here is paid for again after a kill. */
const GROUP_WAIT_MS = 20;

export interface CommitterOptions {
  commit(outcomes: readonly Outcome[], unwritten: Unwritten | null): Promise<CommitResult>;
  /** Runs before each commit, to write `--out` files: what is committed is there, but for what it answers with. */
  beforeCommit(group: readonly Pending[]): Promise<Unwritten | null>;
  onCommitted(result: CommitResult): void;
  /** True when it must be known at once (a failure budget is set), or nothing else is to come. */
  isUrgent(outcome: Outcome): boolean;
}

export function createCommitter(options: CommitterOptions): Committer {
  const waiting: (Pending & { addedAtMs: number })[] = [];
  let inFlight: typeof waiting = [];
  let isWriting = false;
  let timer: NodeJS.Timeout | null = null;

  const flushSoon = (): void => {
    if (isWriting || waiting.length === 0) return;
    const isUrgent = waiting.length >= GROUP_SIZE || waiting.some(({ outcome }) => options.isUrgent(outcome));
    if (isUrgent) void flush();
    else timer ??= setTimeout(() => void flush(), GROUP_WAIT_MS);
  };

  const flush = async (): Promise<void> => {
    if (timer !== null) clearTimeout(timer);
    timer = null;
    isWriting = true;
    inFlight = waiting.splice(0, groupLength(waiting.map(({ outcome }) => outcome)));
    for (const { outcome, addedAtMs } of inFlight) countWaitFrom(outcome, addedAtMs);
    try {
      await write(inFlight, options, (group, result) => {
        inFlight = inFlight.filter((pending) => !group.includes(pending));
        for (const { outcome, settle } of group) settle(result.written.has(outcome.documentId));
      });
    } catch (error) {
      for (const pending of inFlight) pending.fail(error);
    } finally {
      isWriting = false;
      inFlight = [];
      flushSoon();
    }
  };

  return {
    add: (pending) => {
      waiting.push({ ...pending, addedAtMs: performance.now() });
      flushSoon();
    },
    count: () => waiting.length + inFlight.length,
    failures: () => [...waiting, ...inFlight].filter(({ outcome }) => outcome.state === 'failed').length,
    hasCritical: () => [...waiting, ...inFlight].some(({ outcome }) => isCritical(outcome)),
    oldestAgeMs: () => {
      const oldest = inFlight[0] ?? waiting[0];
      return oldest === undefined ? 0 : performance.now() - oldest.addedAtMs;
    },
  };
}

/** How many of them, from the first, go together; at least one. */
export function groupLength(outcomes: readonly Outcome[]): number {
  let sizeBytes = 0;
  const over = outcomes.slice(0, GROUP_SIZE).findIndex(({ requests }, index) => {
    sizeBytes += requests.reduce((sum, { body }) => sum + body.length, 0);
    return index > 0 && sizeBytes > GROUP_BYTES;
  });
  return over === -1 ? GROUP_SIZE : over;
}

export function isCritical({ failure }: Outcome): boolean {
  return failure?.failureClass === 'critical';
}

/** The wait before a retry began with the fault, not with this commit. */
function countWaitFrom(outcome: Outcome, faultAtMs: number): void {
  if (outcome.nextAttemptMs === null) return;
  const left = outcome.nextAttemptMs - (performance.now() - faultAtMs);
  outcome.nextAttemptMs = Math.max(0, Math.round(left));
}

/** Writes a group. When PostgreSQL refuses a value in it, the group is halved until the bad document is alone. */
async function write<P extends Pending>(
  group: readonly P[],
  options: CommitterOptions,
  settleGroup: (group: readonly P[], result: CommitResult) => void,
): Promise<void> {
  const outcomes = group.map((pending) => pending.outcome);
  try {
    const unwritten = await options.beforeCommit(group);
    const result = await outlastOutage(() => options.commit(outcomes, unwritten), isRefusedValue);
    options.onCommitted(result);
    settleGroup(group, result);
  } catch (error) {
    if (!isRefusedValue(error)) throw error;
    const [only] = group;
    if (group.length > 1) {
      const middle = Math.ceil(group.length / 2);
      await write(group.slice(0, middle), options, settleGroup);
      await write(group.slice(middle), options, settleGroup);
    } else if (only !== undefined && only.outcome.failure?.code !== 'unstorable') {
      only.outcome = unstorable(only.outcome, error as Error);
      await write([only], options, settleGroup);
    } else throw error;
  }
}

/**
 * SQLSTATE class 22 (data exception), 23 (constraint), and 54 (a limit, such as a jsonb string above 256 MB). RangeError:
 * an answer nested too deeply, or a group too long, to become JSON at all.
 */
export function isRefusedValue(error: unknown): boolean {
  if (error instanceof RangeError) return true;
  const { code } = error as { code?: unknown };
  return typeof code === 'string' && code.length === 5 && /^(22|23|54)/.test(code);
}

function unstorable(outcome: Outcome, error: Error & { code?: string }): Outcome {
  return {
    ...outcome,
    state: 'failed',
    result: undefined,
    text: null,
    children: [],
    mimeType: null,
    nextAttemptMs: null,
    failure: {
      failureClass: 'permanent',
      code: 'unstorable',
      stage: 'store',
      message: `${describeFailureCode('unstorable').meaning} (${error.message})`,
      context: { sqlState: error.code },
    },
  };
}
