import { Context } from '@temporalio/activity';
import type { Database } from '../src/db/database.ts';
import { nextRetryDueMs, takeRetries as takeRows } from '../src/db/retries.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { RetryTicket, TakeRetries } from './types.ts';

const POLL_MS = 250;
/** Below the ten minutes of its start-to-close time-out. */
const LONGEST_POLL_MS = 9 * 60_000;

/** A long poll: answers as soon as an item is due for a retry, or waits for one that is far off; empty after nine minutes. */
export async function takeRetries(db: Database, request: TakeRetries): Promise<RetryTicket[]> {
  const context = Context.current();
  return withHeartbeat(async () => {
    const startedAtMs = performance.now();
    for (;;) {
      const tickets = await takeRows(db, request);
      if (tickets.length > 0 || performance.now() - startedAtMs > LONGEST_POLL_MS) return tickets;
      const dueMs = (await nextRetryDueMs(db, request)) ?? POLL_MS;
      await context.sleep(Math.min(Math.max(dueMs, 20), POLL_MS));
    }
  });
}
