import type { Config } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { checkOutsideDatabase, checkOutsideTemporal } from './check-outside.ts';
import { migrateDatabase } from './migrate-database.ts';
import type { OutsideParts } from './outside.ts';
import type { AcquireOptions, StackLease } from './stack.ts';

/** Everything that is needed runs elsewhere: no keeper, only checks that say what is missing. */
export async function acquireOutside(
  config: Config,
  outside: OutsideParts,
  { needs, onStep }: AcquireOptions,
): Promise<StackLease> {
  const databaseUrl = outside.databaseUrl!;
  await checkOutsideDatabase(databaseUrl);
  // Before the tables are touched: what cannot work must leave nothing behind.
  if (needs.temporal && outside.temporal !== null) {
    await checkOutsideTemporal(config, outside.temporal, process.env);
  }
  const db = openDatabase(databaseUrl, 1);
  try {
    await migrateDatabase(db, onStep);
  } finally {
    await db.close();
  }
  return {
    info: {
      databaseUrl,
      temporalAddress: needs.temporal ? (outside.temporal?.address ?? null) : null,
      temporalNamespace: outside.temporal?.namespace ?? 'default',
      webUiUrl: null,
      embedded: { postgres: false, temporal: outside.temporal === null },
    },
    hold: () => Promise.resolve(),
    release: () => Promise.resolve(),
  };
}
