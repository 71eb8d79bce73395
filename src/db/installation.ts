import { taskQueueOf } from '../domain/ids.ts';
import type { Queryable } from './database.ts';

/** The queue of this database's workflows, chunks and documents. */
export async function readTaskQueue(db: Queryable): Promise<string> {
  const { rows } = await db.query<{ id: string }>('SELECT id FROM installation');
  return taskQueueOf(rows[0]!.id);
}
