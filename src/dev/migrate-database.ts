import type { Database } from '../db/database.ts';
import { migrateLazily } from './migrate-lazily.ts';
import type { StackStep } from './stack.ts';

/** Brings the tables up to date; silent when they are. */
export async function migrateDatabase(db: Database, onStep: (step: StackStep) => void): Promise<void> {
  const { applied } = await migrateLazily(db);
  if (applied.length === 0) return;
  onStep({
    part: 'migrations',
    state: 'ready',
    detail: `tables up to date (${applied.length} migrations applied)`,
  });
}
