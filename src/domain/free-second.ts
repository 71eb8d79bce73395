/** A run's id ends in the second of its time: two in one second would be one run. */
const SECOND_MS = 1_000;
/** Until the order reaches the server, and for what its clock differs. */
const BEFORE_MS = 500;
const AFTER_MS = 200;

/** Milliseconds from `nowMs` until a run that is started falls into a second that none of `takenMs` is in. */
export function freeSecondInMs(nowMs: number, takenMs: readonly number[]): number {
  let atMs = nowMs;
  for (const taken of takenMs.toSorted((a, b) => a - b)) {
    const second = Math.floor(taken / SECOND_MS) * SECOND_MS;
    if (atMs >= second - BEFORE_MS && atMs < second + SECOND_MS + AFTER_MS) {
      atMs = second + SECOND_MS + AFTER_MS;
    }
  }
  return atMs - nowMs;
}
