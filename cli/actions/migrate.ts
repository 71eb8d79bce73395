import { openDatabase } from '../../src/db/database.ts';
import { migrate as applyMigrations } from '../../src/db/migrate.ts';
import { checkOutsideDatabase } from '../../src/dev/check-outside.ts';
import type { CliContext } from '../context.ts';

export async function migrate(
  context: CliContext,
  flags: { yes?: boolean; dryRun?: boolean },
): Promise<number> {
  const { databaseUrl, databasePoolMax } = context.config();
  if (databaseUrl !== undefined) await checkOutsideDatabase(databaseUrl);
  const db =
    databaseUrl === undefined ? await context.database() : openDatabase(databaseUrl, databasePoolMax);
  if (databaseUrl !== undefined) context.onExit(() => db.close());
  const { applied, sql } = await applyMigrations(db, { ...flags, explicit: true });
  if (flags.dryRun === true) context.out(sql === '' ? '-- nothing to do' : sql);
  else context.out(applied.length === 0 ? 'The tables are up to date.' : `Applied: ${applied.join(', ')}`);
  return 0;
}
