import type { Client } from '@temporalio/client';
import type { Database } from '../db/database.ts';
import { reconcile } from './reconcile.ts';

const PAUSE_MS = 10_000;

/** Reconciles while a command watches: there may be no worker that does. Returns how to stop it. */
export function keepReconciled(db: Database, client: Client): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  const timer = setInterval(() => {
    // Servers that are away are the watching command's to report.
    running = reconcile(db, client).catch(() => undefined);
  }, PAUSE_MS);
  return () => {
    clearInterval(timer);
    return running;
  };
}
