import type { Database } from '../db/database.ts';
import type { ScheduledBatch } from '../domain/scheduled-batch.ts';

/** Not reachable yet: the `schedule` commands follow. */
export function prepareScheduledBatch(
  _db: Database,
  { spec }: { spec: ScheduledBatch },
): Promise<{ batchId: string }> {
  return Promise.reject(new Error(`schedules are not built yet (\`${spec.scheduleName}\`)`));
}
