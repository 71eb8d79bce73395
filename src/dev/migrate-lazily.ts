import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Database } from '../db/database.ts';
import { packageRoot } from '../paths.ts';

/** Stands in for src/db/migrate.ts until that is merged; then this file goes. */
export async function migrateLazily(db: Database): Promise<{ applied: string[] }> {
  const real = new URL('../db/migrate.js', import.meta.url).href;
  const module = (await import(real).catch(() => null)) as {
    migrate(db: Database): Promise<{ applied: string[] }>;
  } | null;
  if (module !== null) return module.migrate(db);
  const folder = join(packageRoot, 'migrations');
  const { rows } = await db.query<{ there: boolean }>(
    `SELECT to_regclass('batch_items') IS NOT NULL AS there`,
  );
  if (rows[0]?.there === true) return { applied: [] };
  const names = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();
  for (const name of names) await db.query(await readFile(join(folder, name), 'utf8'));
  return { applied: names };
}
