import type { Database } from './database.ts';

export interface HaltedBatch {
  id: string;
  workflowId: string | null;
}

/**
 * Orders every running batch of ours to halt, what is in flight may finish. The workflows record the halt; until then
 * the row already keeps every worker from starting more. Those that are ordered something else stay as they are.
 */
export async function haltAll(
  db: Database,
  { reason, detail }: { reason: string; detail: string },
): Promise<HaltedBatch[]> {
  const { rows } = await db.query<HaltedBatch>(
    `UPDATE processing_batches SET control = 'halt', control_now = false, control_seq = control_seq + 1,
       status_reason = $1, status_detail = $2
     WHERE recipe_id IS NOT NULL AND control = 'run' AND status IN ('pending', 'processing')
     RETURNING id, workflow_id AS "workflowId"`,
    [reason, detail],
  );
  return rows;
}
