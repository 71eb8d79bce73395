import type { Judged, Selection } from '../db/candidates.ts';
import { judge, REGISTERED } from '../db/candidates.ts';
import type { Database } from '../db/database.ts';
import { addFoundDocuments, createFoundDocuments, FOUND } from '../db/found-documents.ts';
import type { ObservedDurations, TypeShare } from '../db/plan-preview.ts';
import type { SampleDocument, Sampled } from '../db/estimate-rows.ts';
import { samplePreviewed } from '../db/estimate-rows.ts';
import { chosenByType, choosePreviewed, observedDurations } from '../db/plan-preview.ts';
import { findRecipe } from '../db/recipes.ts';
import type { Recipe } from '../domain/recipe.ts';
import { discoverInGroups } from './intake.ts';
import type { Source } from '../sources/resolve-sources.ts';

export interface Preview extends Judged {
  types: TypeShare[];
  observed: ObservedDurations | null;
  /** Null when no sample was wanted. */
  sampled: Sampled | null;
  /** All documents, where that was wanted. */
  listed: SampleDocument[];
  /** Null when the recipe was never used. */
  recipeId: number | null;
}

export interface PreviewRequest {
  /** Ignored with `all`. */
  sources: readonly Source[];
  recipe: Recipe;
  selection: Pick<Selection, 'all' | 'rerun' | 'limit' | 'sample'>;
  /** How many of the documents to name, for an estimate of the costs; 0: none. */
  sampleSize: number;
  /** Name all documents, when they are no more. @default 0 */
  listUpTo?: number;
  signal: AbortSignal;
  /** With each piece of a document that was read. */
  onRead?: (bytes: number) => void;
}

/** What a batch would take, found out with temporary tables of one session: nothing is written, nothing is locked. */
export function preview(
  db: Database,
  { sources, recipe, selection, sampleSize, listUpTo = 0, signal, onRead }: PreviewRequest,
): Promise<Preview> {
  return db.transaction(async (tx) => {
    const recipeId = await findRecipe(tx, recipe);
    if (!selection.all) {
      await createFoundDocuments(tx);
      for await (const group of discoverInGroups(sources, signal, onRead)) await addFoundDocuments(tx, group);
    }
    const judged = await judge(tx, { ...selection, recipeId }, selection.all ? REGISTERED : FOUND);
    await choosePreviewed(tx, selection);
    const types = await chosenByType(tx);
    const sampled = sampleSize === 0 ? null : await samplePreviewed(tx, sampleSize);
    const listed = listUpTo === 0 ? [] : (await samplePreviewed(tx, listUpTo)).sample;
    const observed = await observedDurations(tx, recipeId, recipe.analyzer);
    return { ...judged, types, observed, sampled, listed, recipeId };
  });
}
