import { insertBatch } from '../src/db/batches.ts';
import type { Selected, Selection } from '../src/db/candidates.ts';
import { dropCandidates, selectCandidates } from '../src/db/candidates.ts';
import type { Database } from '../src/db/database.ts';
import { saveRecipe } from '../src/db/recipes.ts';
import type { BatchSettings } from '../src/domain/batch.ts';
import type { Recipe } from '../src/domain/recipe.ts';
import { takeIn } from '../src/intake/intake.ts';
import type { Source } from '../src/sources/resolve-sources.ts';

export interface WantedBatch {
  batchId: string;
  /** Ignored with `selection.all`. */
  sources: readonly Source[];
  selection: Pick<Selection, 'all' | 'rerun' | 'limit' | 'sample'>;
  name: string | undefined;
  recipe: Recipe;
  settings: BatchSettings;
  detached: boolean;
  actor: string;
  signal: AbortSignal;
  onFound(count: number): void;
}

/** Registers, chooses, and makes the row; with nothing to do no batch is left behind. */
export async function prepareBatch(db: Database, wanted: WantedBatch): Promise<Selected> {
  const { batchId, selection, settings, detached, actor, signal } = wanted;
  const nothing = new Error('nothing to keep');
  let selected: Selected | undefined;
  try {
    if (!selection.all) {
      const onProgress = ({ found }: { found: number }) => wanted.onFound(found);
      await takeIn(db, wanted.sources, { batchId, signal, onProgress });
    }
    await db.transaction(async (tx) => {
      const recipeId = await saveRecipe(tx, wanted.recipe);
      selected = await selectCandidates(tx, { batchId, recipeId, ...selection });
      if (selected.chosen === 0) throw nothing;
      const name = wanted.name ?? defaultName(selection.all ? 'all' : 'process');
      const row = { id: batchId, name, recipeId, settings, detached, origin: 'cli' as const, actor };
      await insertBatch(tx, row);
    });
  } catch (error) {
    await dropCandidates(db, batchId);
    if (error !== nothing) throw error;
  }
  return selected!;
}

function defaultName(what: string): string {
  return `${what}-${new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')}`;
}
