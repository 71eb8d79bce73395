import type { Queryable } from '../src/db/database.ts';
import { liveSlots } from '../src/db/workers.ts';
import type { CliContext } from './context.ts';

/** More documents in parallel than the workers have room for: it helps nobody, and nothing else would say so. */
export async function hintAtSlots(
  context: CliContext,
  db: Queryable,
  parallel: number | undefined,
): Promise<void> {
  if (parallel === undefined) return;
  const slots = await liveSlots(db);
  if (slots === 0 || parallel <= slots) return;
  context.err(
    `\`--parallel ${parallel}\` is more than the ${slots} slots of the workers that run: ${slots} documents are in work at once. ` +
      'More: `worker.slots` in docbatch.yaml (from the next start on), or another worker.',
  );
}
