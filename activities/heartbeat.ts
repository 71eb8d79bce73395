import { Context } from '@temporalio/activity';

/** Keeps the running activity alive while `work` lasts. The time-out begins with the activity, so a short one needs none. */
export async function withHeartbeat<T>(work: () => Promise<T>): Promise<T> {
  const context = Context.current();
  const timer = setInterval(() => context.heartbeat(), 1_000);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
