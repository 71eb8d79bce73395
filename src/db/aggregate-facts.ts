import type { AggregateSpec } from '../domain/aggregate.ts';
import type { Json } from '../domain/analyzer.ts';
import { readCoverage, readGroups, readTotal } from './aggregate.ts';
import type { Database } from './database.ts';

/** Told to a model; the rest is named by number. */
const MOST_GROUPS = 200;

/** What was counted, short enough to be told to a model. */
export async function readFacts(db: Database, batchId: string, spec: AggregateSpec): Promise<Json> {
  const { documents, of, failed, review } = await readCoverage(db, batchId);
  const { sums } = await readTotal(db, batchId, spec);
  const groups: Json[] = [];
  let count = 0;
  if (spec.groupBy.length > 0) {
    for await (const group of readGroups(db, batchId, spec)) {
      count += 1;
      if (count > MOST_GROUPS) continue;
      const key = Object.fromEntries(spec.groupBy.map((field, index) => [field, group.key[index] ?? null]));
      groups.push({ ...key, documents: group.documents, sums: group.sums as unknown as Json });
    }
  }
  const counted = { documents, of, failed, review };
  const named = { ...counted, sums: sums as unknown as Json, groups };
  return count > MOST_GROUPS ? { ...named, moreGroups: count - MOST_GROUPS } : named;
}
