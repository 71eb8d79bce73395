const LOOK_MS = 1_000;
/** More than a drain takes with the servers there (30 s); without them it might take for ever. */
const DRAIN_MS = 35_000;

/**
 * Drains and ends this process when the one that started it, and would have ended it, was killed: the guard, which says who
 * it is, since it may be gone before we look.
 */
export function endWithParent(stop: AbortController): void {
  const parent = Number(process.env.DOCBATCH_GUARD ?? process.ppid);
  const timer = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(timer);
    stop.abort();
    setTimeout(() => process.exit(1), DRAIN_MS).unref();
  }, LOOK_MS).unref();
}
