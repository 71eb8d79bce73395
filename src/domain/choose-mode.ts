export const optimizations = ['cost', 'time'] as const;
export type Optimization = (typeof optimizations)[number];

export interface ModeFacts {
  optimize: Optimization;
  /** Milliseconds until the answers are needed; null: whenever they come. */
  deadlineMs: number | null;
  /** What a provider batch takes, as seen, else as Anthropic says of most of them. */
  batchMs: number;
  /** What all documents of the run take online; null: not known. */
  onlineMs: number | null;
}

export interface ChosenMode {
  analyzer: 'claude' | 'claude-batch';
  why: string;
}

/** What most provider batches take at most. */
export const TYPICAL_BATCH_MS = 3_600_000;

/**
 * Online or by the batch. All groups of a run share its slots and its deadline, so the clock decides for all of them
 * alike; a group where nothing is paid needs neither.
 */
export function chooseMode({ optimize, deadlineMs, batchMs, onlineMs }: ModeFacts): ChosenMode {
  const minutes = (ms: number) => `${Math.max(1, Math.round(ms / 60_000))} min`;
  if (deadlineMs !== null && deadlineMs < batchMs) {
    return {
      analyzer: 'claude',
      why: `the deadline is in ${minutes(deadlineMs)}, and a provider batch takes about ${minutes(batchMs)}`,
    };
  }
  if (optimize === 'cost') {
    const inTime = deadlineMs === null ? '' : `, and is there in time (about ${minutes(batchMs)})`;
    return { analyzer: 'claude-batch', why: `by the batch it costs half${inTime}` };
  }
  if (onlineMs !== null && onlineMs > batchMs) {
    return {
      analyzer: 'claude-batch',
      why: `online it takes about ${minutes(onlineMs)}, a provider batch about ${minutes(batchMs)}`,
    };
  }
  const online =
    onlineMs === null ? 'online answers come at once' : `online it takes about ${minutes(onlineMs)}`;
  return { analyzer: 'claude', why: `${online}, a provider batch about ${minutes(batchMs)}` };
}
