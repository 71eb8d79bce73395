import { terminalBatchStatuses, type BatchStatus } from '../domain/batch.ts';
import type { Queryable } from './database.ts';

export interface NamedBatch {
  id: string;
  name: string;
  status: BatchStatus;
  workflowId: string;
}

/** Its workflow has something to do or to wait for; without one the row alone says all there is. */
export function isOpen({ status }: Pick<NamedBatch, 'status'>): boolean {
  return !terminalBatchStatuses.includes(status);
}

/** No batch, or more than one, has the name that the user typed. */
export class BatchNotFound extends Error {
  override readonly name = 'BatchNotFound';
  readonly why: string;
  readonly next: string;

  constructor(what: string, why: string, next: string) {
    super(what);
    this.why = why;
    this.next = next;
  }
}

const COLUMNS = `id, COALESCE(batch_name, id::text) AS name, status, COALESCE(workflow_id, '') AS "workflowId"`;
const NAME_ONE = 'name one: an id, the start of an id, a name, or last; `docbatch list` shows all';
const START_ONE = 'docbatch process ./documents';
const OURS = 'recipe_id IS NOT NULL';

/** By id, unique start of an id, name, or `last`; left out: the only running one, else the newest. */
export async function resolveBatch(db: Queryable, named: string | undefined): Promise<NamedBatch> {
  const find = async (where: string, parameters: unknown[] = []) =>
    (
      await db.query<NamedBatch>(
        `SELECT ${COLUMNS} FROM processing_batches WHERE ${OURS} AND ${where} ORDER BY created_at DESC LIMIT 20`,
        parameters,
      )
    ).rows;
  if (named === undefined) {
    const running = await find(RUNNING);
    if (running.length > 1) throw ambiguous('Several batches are running', running);
    if (running[0] !== undefined) return running[0];
  }
  if (named === undefined || named === 'last') {
    const [newest] = await find('true');
    if (newest === undefined)
      throw new BatchNotFound('There is no batch yet', 'nothing was processed in this project', START_ONE);
    return newest;
  }
  const byName = await find('batch_name = $1 OR id::text = lower($1)', [named]);
  const matches =
    byName.length > 0 ? byName : await find(`id::text LIKE lower($1) || '%'`, [named.replace(/[%_\\]/g, '')]);
  if (matches.length > 1) throw ambiguous(`\`${named}\` means several batches`, matches);
  if (matches[0] !== undefined) return matches[0];
  const some = await find('true');
  throw new BatchNotFound(
    `No batch is called \`${named}\``,
    some.length === 0 ? 'there is no batch yet' : `there are ${shown(some)}`,
    some.length === 0 ? START_ONE : NAME_ONE,
  );
}

function ambiguous(what: string, batches: readonly NamedBatch[]): BatchNotFound {
  return new BatchNotFound(what, shown(batches), NAME_ONE);
}

function shown(batches: readonly NamedBatch[]): string {
  return batches
    .slice(0, 10)
    .map(({ id, name, status }) => `${id.slice(0, 8)} ${name} (${status})`)
    .join(', ');
}

const RUNNING = `status IN ('pending', 'processing', 'finalizing')`;

/** Batches that are running now, oldest first. */
export async function runningBatches(db: Queryable): Promise<NamedBatch[]> {
  const { rows } = await db.query<NamedBatch>(
    `SELECT ${COLUMNS} FROM processing_batches WHERE ${OURS} AND ${RUNNING} ORDER BY created_at`,
  );
  return rows;
}

/** For `--all`: every batch of ours that is not finished. */
export async function openBatchesByName(db: Queryable): Promise<NamedBatch[]> {
  const { rows } = await db.query<NamedBatch>(
    `SELECT ${COLUMNS} FROM processing_batches
     WHERE ${OURS} AND status IN ('pending', 'processing', 'paused', 'halted', 'finalizing') ORDER BY created_at`,
  );
  return rows;
}

/** For `resume --all`: those, and the ones whose workflow was lost. */
export async function resumableBatches(db: Queryable): Promise<NamedBatch[]> {
  const { rows } = await db.query<NamedBatch>(
    `SELECT ${COLUMNS} FROM processing_batches
     WHERE ${OURS} AND status IN ('pending', 'processing', 'paused', 'halted', 'finalizing', 'terminated') ORDER BY created_at`,
  );
  return rows;
}
