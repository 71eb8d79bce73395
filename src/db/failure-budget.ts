import type { Queryable } from './database.ts';

/**
 * Orders the halt of a running batch whose failures exceed its budget already: a percentage counts only from the end of
 * planning, and `set` may lower the limit. Failures that come later are judged in their own commit.
 */
export async function haltOverBudget(tx: Queryable, batchId: string): Promise<boolean> {
  const { rowCount } = await tx.query(
    `UPDATE processing_batches b SET
       control = 'halt', control_now = b.settings->>'halt' = 'now', control_seq = b.control_seq + 1,
       status_reason = 'failure_budget', status_detail = ${overBudgetSql('b.failed_items')}
     WHERE id = $1 AND control = 'run' AND status IN ('pending', 'processing') AND failed_items > 0
       AND ${isOverBudgetSql('b.failed_items')} IS TRUE`,
    [batchId],
  );
  return rowCount > 0;
}

/** Over the row `b`; null without a budget. */
export function isOverBudgetSql(failedItems: string): string {
  return `(${failedItems} > (b.settings->'maxFailures'->>'count')::numeric
    OR (b.planned_at IS NOT NULL AND (${failedItems}) * 100 > (b.settings->'maxFailures'->>'percent')::numeric * b.total_items))`;
}

/** The sentence for `status_detail`. */
export function overBudgetSql(failedItems: string): string {
  return `format('%s of %s documents failed; --max-failures allows %s', ${failedItems}, b.total_items,
    COALESCE(b.settings->'maxFailures'->>'count', (b.settings->'maxFailures'->>'percent') || '%'))`;
}
