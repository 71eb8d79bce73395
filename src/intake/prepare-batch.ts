import { insertBatch } from '../db/batches.ts';
import type { Selected, Selection } from '../db/candidates.ts';
import { dropCandidates, selectCandidates } from '../db/candidates.ts';
import type { Database } from '../db/database.ts';
import { saveRecipe } from '../db/recipes.ts';
import type { AggregateSpec } from '../domain/aggregate.ts';
import type { BatchSettings } from '../domain/batch.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { Source } from '../sources/resolve-sources.ts';
import { takeIn } from './intake.ts';

export interface WantedBatch {
  batchId: string;
  /** Ignored with `selection.all`. */
  sources: readonly Source[];
  selection: Pick<Selection, 'all' | 'rerun' | 'limit' | 'sample'>;
  name: string | undefined;
  recipe: Recipe;
  settings: BatchSettings;
  aggregate?: AggregateSpec | null;
  detached: boolean;
  origin: 'cli' | 'api';
  actor: string;
  signal: AbortSignal;
  onFound(count: number): void;
  /** Called when documents are chosen and before the batch is there, outside of any transaction; throws to call it off. */
  agree?(recipeId: number): Promise<void>;
}

/** Registers, chooses, and makes the row; with nothing to do, or without agreement, no batch is left behind. */
export async function prepareBatch(db: Database, wanted: WantedBatch): Promise<Selected> {
  const { batchId, selection, settings, detached, origin, actor, signal } = wanted;
  const { aggregate = null } = wanted;
  try {
    if (!selection.all) {
      const onProgress = ({ found }: { found: number }) => wanted.onFound(found);
      await takeIn(db, wanted.sources, { batchId, signal, onProgress });
    }
    const { recipeId, selected } = await db.transaction(async (tx) => {
      const id = await saveRecipe(tx, wanted.recipe);
      return { recipeId: id, selected: await selectCandidates(tx, { batchId, recipeId: id, ...selection }) };
    });
    if (selected.chosen === 0) return selected;
    await wanted.agree?.(recipeId);
    const name = wanted.name ?? defaultName(selection.all ? 'all' : 'process');
    const row = { id: batchId, name, recipeId, settings, aggregate, detached, origin, actor };
    await db.transaction((tx) => insertBatch(tx, row));
    return selected;
  } catch (error) {
    await dropCandidates(db, batchId);
    throw error;
  }
}

function defaultName(what: string): string {
  return `${what}-${new Date().toISOString().slice(0, 19).replace('T', '-').replaceAll(':', '')}`;
}
