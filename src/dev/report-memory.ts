import { hostname } from 'node:os';
import type { Database } from '../db/database.ts';
import { noteMemory } from '../db/process-memory.ts';

const EVERY_MS = 2_000;

/** Reports this process's memory for as long as it has work in hand; returns how to stop. */
export function reportMemory(db: Database): () => void {
  const report = () =>
    // A figure for the report is never worth an error.
    void noteMemory(db, { host: hostname(), pid: process.pid, rssBytes: process.memoryUsage.rss() }).catch(
      () => undefined,
    );
  report();
  const timer = setInterval(report, EVERY_MS);
  timer.unref();
  return () => clearInterval(timer);
}
