import type { Database } from '../db/database.ts';
import { migrate } from '../db/migrate.ts';
import type { StackStep } from './stack.ts';

/** Brings the tables up to date; silent when they are. */
export async function migrateDatabase(db: Database, onStep: (step: StackStep) => void): Promise<void> {
  const { applied } = await migrate(db);
  if (applied.length === 0) return;
  onStep({
    part: 'migrations',
    state: 'ready',
    detail: `tables up to date (${applied.length} migrations applied)`,
  });
}
