import { recipeOf } from '../analyze/recipe-of.ts';
import { insertBatch } from '../db/batches.ts';
import type { Database } from '../db/database.ts';
import { saveRecipe } from '../db/recipes.ts';
import { defaultSettings } from '../domain/batch.ts';
import type { ScheduledBatch } from '../domain/scheduled-batch.ts';
import { scheduledBatchName } from '../domain/scheduled-batch.ts';
import { uuidV5 } from './uuid-v5.ts';

export interface ScheduledStart {
  /** Temporal's own, with the scheduled time in it: one run, one batch. */
  workflowId: string;
  scheduledAt: string;
  spec: ScheduledBatch;
}

/** The row of a scheduled run, whose documents are found by `discoverLate`. A second call finds the row and changes nothing. */
export async function prepareScheduledBatch(
  db: Database,
  { workflowId, scheduledAt, spec }: ScheduledStart,
): Promise<{ batchId: string }> {
  const { scheduleName, timeZone, settings, discovery } = spec;
  const batchId = uuidV5(workflowId);
  await db.transaction(async (tx) =>
    insertBatch(tx, {
      id: batchId,
      name: scheduledBatchName(scheduleName, new Date(scheduledAt), timeZone),
      recipeId: await saveRecipe(tx, recipeOf(spec.analyzer, spec.frozen)),
      // A schedule may be older than a setting.
      settings: { ...defaultSettings, ...settings },
      aggregate: spec.aggregate ?? null,
      detached: false,
      origin: 'schedule',
      actor: `schedule ${scheduleName}`,
      schedule: { name: scheduleName, scheduledAt, workflowId, discovery },
    }),
  );
  return { batchId };
}
