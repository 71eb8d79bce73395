import { Context } from '@temporalio/activity';
import type { Database } from '../src/db/database.ts';
import { takeRetries as takeRows } from '../src/db/retries.ts';
import type { RetryTicket, TakeRetries } from './types.ts';

/** Well below RETRY_HEAD_START_MS, so that a short wait is not prolonged. */
const POLL_MS = 300;
/** Below the ten minutes of its start-to-close time-out. */
const LONGEST_POLL_MS = 9 * 60_000;

/** A long poll: answers as soon as an item waits for a retry; empty after nine minutes. */
export async function takeRetries(db: Database, request: TakeRetries): Promise<RetryTicket[]> {
  const context = Context.current();
  const startedAtMs = performance.now();
  for (;;) {
    const tickets = await takeRows(db, request);
    if (tickets.length > 0 || performance.now() - startedAtMs > LONGEST_POLL_MS) return tickets;
    await context.sleep(POLL_MS);
  }
}
