import type { Analyzer } from '../domain/analyzer.ts';
import { exceedsFailureBudget } from '../domain/batch.ts';
import type { RecordedAnswers } from '../domain/provider-batch.ts';
import type { ClaimedItem } from '../db/claims.ts';
import type { Outcome } from '../db/commit-outcomes.ts';
import type { BatchView } from '../db/workers.ts';
import type { Extracted } from '../sandbox/requests.ts';
import type { Committer } from './committer.ts';
import type { Gate } from './gate.ts';
import type { CallWindow } from './call-window.ts';
import type { Limiter } from './limiter.ts';
import type { Marks } from './marks.ts';
import type { Turn } from './turns.ts';

/** One claimed document on its way through a slot. */
export interface Task {
  batch: ActiveBatch;
  item: ClaimedItem;
  from: 'processing' | 'retrying';
  /** `control_seq` of the order under which its answers were loaded, or its last call was made. */
  controlSeq: number;
  /** `performance.now()` when `started_at` was written; null when it has to be written (again). */
  markedAtMs: number | null;
  isMarking: boolean;
  /** Its file, read before its slot came; null when nobody began, or when it was taken. */
  reading: Reading | null;
  /** True while this task's call is the one probe of a closed gate. */
  isProbe: boolean;
  /** Money is held for its calls; see `budget_reservations`. */
  isReserved: boolean;
  abort: AbortController;
  /** The answer of equal content under the same recipe; undefined when there is none. */
  cachedAnswer: unknown;
  /** Another document with the same content is being paid for. */
  waitsForOther: boolean;
  /** What provider batches, or calls of earlier tries, have answered; only for analyzers that keep it. */
  recorded: RecordedAnswers | undefined;
  /** The feeder wants no more of its documents to start. */
  isStopped(): boolean;
  /** The feeder hears that the task left the pool: committed, dropped (someone else's by now), or put back. */
  settle(end: TaskEnd, outcome?: Outcome): void;
  fail(error: unknown): void;
}

export interface Reading {
  extracted: Promise<Extracted>;
  startedAtMs: number;
  /** Null while it goes on. */
  endedAtMs: number | null;
}

export type TaskEnd = 'completed' | 'review' | 'failed' | 'retrying' | 'parked' | 'returned' | 'dropped';

/** What this worker holds of one batch. */
export interface ActiveBatch {
  batchId: string;
  view: BatchView;
  /** `performance.now()` when row, share and gate were last read together; -Infinity before the first time. */
  readAtMs: number;
  analyzer: Analyzer;
  /** That of the analyzer. */
  recipeId: number;
  /** See `ExtractFile`. */
  ocrLanguages: readonly string[] | null;
  gate: Gate;
  limiter: Limiter;
  window: CallWindow;
  committer: Committer;
  /** Call it before a call for which no budget holds money, with the most that its try may cost; see `noteWorstTry`. */
  noteWorst(nanoUsd: number): Promise<void>;
  marks: Marks;
  /** Not in a slot yet, in the order in which they start. */
  queue: Task[];
  inSlots: Set<Task>;
  /** How many this worker may have in slots; 0 until the database granted some. */
  share: number;
  /** Chunk and document activities that run here; at zero the batch is let go. */
  feeders: number;
  /** Number of the last turn in which a slot was given; the batch that waited longest is next among equals. */
  lastServed: number;
  /** Chunks are claimed and queued in the order in which they came, so that the first documents go first. */
  takeTurn: () => Turn;
  isMarking: boolean;
}

/** What it may have in slots here: its share, or less while the other side is overloaded. */
export function slotsOf({ share, window }: ActiveBatch): number {
  return Math.min(share, window.size());
}

/** Whether another document of this batch may start now, the free slots apart. */
export function mayStart(batch: ActiveBatch): boolean {
  const { view, committer } = batch;
  if (batch.inSlots.size >= slotsOf(batch)) return false;
  if (committer.count() >= view.settings.parallel || committer.oldestAgeMs() > 2_000) return false;
  return mayGoOn(batch);
}

/** Whether its orders and its failure budget let another document start, sooner or later. */
export function mayGoOn({ view, committer }: ActiveBatch): boolean {
  if (view.control !== 'run') return false;
  // Until the commit halts the batch every call would only be refused again.
  if (committer.hasCritical()) return false;
  // The commit decides; only while it is under way must the worker hold back by itself.
  const uncommitted = committer.failures();
  if (uncommitted === 0) return true;
  const { settings, totals, planned } = view;
  return !exceedsFailureBudget(settings.maxFailures, totals.failed + uncommitted, totals.total, planned);
}

/** Takes over what was read of the row, unless that was before an order, or a failure, that is known here already. */
export function adoptView(batch: ActiveBatch, view: BatchView): void {
  const known = batch.view;
  if (view.controlSeq < known.controlSeq) return;
  const isSameOrder = view.controlSeq === known.controlSeq;
  const failed = isSameOrder ? Math.max(view.totals.failed, known.totals.failed) : view.totals.failed;
  batch.view = { ...view, totals: { ...view.totals, failed } };
}

/**
 * Those that saw the fewest workers die first: whatever kills workers hits others the next time, and is found alone in the
 * end. Then retries before first tries, then chunk by chunk in planned order.
 */
export function enqueue(batch: ActiveBatch, tasks: readonly Task[]): void {
  batch.queue.push(...tasks);
  batch.queue.sort(
    (a, b) =>
      a.item.crashCount - b.item.crashCount ||
      Number(b.from === 'retrying') - Number(a.from === 'retrying') ||
      a.item.chunkNo - b.item.chunkNo ||
      a.item.priority - b.item.priority ||
      a.item.position - b.item.position,
  );
}
