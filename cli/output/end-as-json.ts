import { savedByBatch } from '../../src/db/batch-savings.ts';
import type { BatchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import { readAggregate } from '../../src/db/read-aggregate.ts';
import { readItems } from '../../src/db/items.ts';
import { exitCodeFor } from '../../src/domain/batch.ts';
import { aggregateJson } from '../../src/report/aggregate-lines.ts';
import type { CliContext } from '../context.ts';

/** The end of a run as one JSON document, written piece by piece: a large batch never becomes one string. */
export async function endAsJson(context: CliContext, db: Database, snapshot: BatchSnapshot): Promise<number> {
  const outcome = { ...outcomeOf(snapshot), savedNanoUsd: await savedByBatch(db, snapshot.id) };
  context.out(JSON.stringify(outcome).slice(0, -1));
  const aggregate = await readAggregate(db, snapshot.id);
  if (aggregate !== null) {
    context.out(',"aggregate":');
    for await (const piece of aggregateJson(aggregate)) context.out(piece);
  }
  context.out(',"documents":[');
  let separator = '';
  for await (const item of readItems(db, snapshot.id, { withResults: true })) {
    context.out(`${separator}${JSON.stringify(item)}`);
    separator = ',';
  }
  context.out(']}');
  return outcome.exitCode;
}

/** How the batch ended, without its documents. */
export function outcomeOf(snapshot: BatchSnapshot) {
  const { id, name, status, reason, detail, counts, analyzer, profile, model, money, failures, provider } =
    snapshot;
  const exitCode = exitCodeFor(status, reason);
  const recipe = { analyzer, profile, model };
  return { batch: id, name, status, reason, detail, ...recipe, money, exitCode, counts, failures, provider };
}
