import type { AggregateSpec, Coverage, Gap, Group, Sum, Summary } from '../domain/aggregate.ts';
import { readAggregateSpec, readCoverage, readGaps, readGroups, readTotal } from './aggregate.ts';
import type { Database } from './database.ts';
import { readSummary } from './summaries.ts';

/** The one result of a batch. */
export interface Aggregate {
  spec: AggregateSpec;
  coverage: Coverage;
  /** Over all groups. */
  sums: Sum[];
  gaps: Gap[];
  /** Null: none is wanted. */
  summary: Summary | null;
  /** The largest first, streamed; none without `groupBy`. */
  groups(): AsyncIterable<Group>;
}

/** Counted anew, but for the summary; null when the batch has no such section and `given` is none. */
export async function readAggregate(
  db: Database,
  batchId: string,
  given?: AggregateSpec,
): Promise<Aggregate | null> {
  const spec = given ?? (await readAggregateSpec(db, batchId));
  if (spec === null) return null;
  const coverage = await readCoverage(db, batchId);
  const { sums } = await readTotal(db, batchId, spec);
  const gaps = await readGaps(db, batchId, spec);
  const summary = spec.summary === null ? null : await readSummary(db, batchId);
  const groups = () => (spec.groupBy.length === 0 ? none() : readGroups(db, batchId, spec));
  return { spec, coverage, sums, gaps, summary, groups };
}

async function* none(): AsyncIterable<Group> {
  // Nothing is grouped.
}
