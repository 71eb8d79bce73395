import { MAX_ATTEMPTS, plannedCall } from './simulated-model.ts';

interface Call {
  document: string;
  attempt: number;
}

/**
 * Milliseconds that an engine needs which loses no time at all between two calls and tries again first: no engine that
 * cannot foresee latencies and faults is surely faster. Unlike the ideal it has an end, where the last retries wait while
 * slots are empty.
 */
export function perfectMs(documents: readonly string[], parallel: number, retryDelayMs: number): number {
  const due: (Call & { atMs: number })[] = [];
  const inFlight: (Call & { atMs: number; isFault: boolean })[] = [];
  let next = 0;
  let nowMs = 0;
  for (;;) {
    while (inFlight.length < parallel) {
      const call = takeDue(due, nowMs) ?? (next < documents.length ? first(documents[next++]!) : null);
      if (call === null) break;
      const { latencyMs, isFault } = plannedCall(call.document, call.attempt);
      insert(inFlight, { ...call, atMs: nowMs + latencyMs, isFault });
    }
    const wakesMs = inFlight.length < parallel ? (due[0]?.atMs ?? Infinity) : Infinity;
    const ended = inFlight[0];
    if (ended === undefined && wakesMs === Infinity) return nowMs;
    if (ended === undefined || wakesMs < ended.atMs) {
      nowMs = wakesMs;
      continue;
    }
    inFlight.shift();
    nowMs = ended.atMs;
    const { document, attempt, isFault } = ended;
    if (!isFault || attempt === MAX_ATTEMPTS) continue;
    insert(due, { document, attempt: attempt + 1, atMs: nowMs + retryDelayMs * 2 ** (attempt - 1) });
  }
}

function first(document: string): Call {
  return { document, attempt: 1 };
}

function takeDue(due: (Call & { atMs: number })[], nowMs: number): Call | undefined {
  return (due[0]?.atMs ?? Infinity) <= nowMs ? due.shift() : undefined;
}

/** Soonest first. */
function insert<T extends { atMs: number }>(into: T[], one: T): void {
  let index = into.length;
  while (index > 0 && into[index - 1]!.atMs > one.atMs) index -= 1;
  into.splice(index, 0, one);
}
