import { createHash } from 'node:crypto';
import type { Json } from '../domain/analyzer.ts';
import type { Recipe } from '../domain/recipe.ts';
import { canonicalJson } from '../domain/recipe.ts';
import type { Queryable } from './database.ts';

/** The id of the recipe; equal recipes share one row. */
export async function saveRecipe(db: Queryable, recipe: Recipe): Promise<number> {
  const { text, hash } = hashOf(recipe);
  const { rows } = await db.query<{ id: number }>(
    `INSERT INTO recipes (hash, recipe) VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET hash = EXCLUDED.hash RETURNING id`,
    [hash, text],
  );
  return rows[0]!.id;
}

export async function readRecipe(db: Queryable, id: number): Promise<Recipe> {
  const { rows } = await db.query<{ recipe: Recipe }>('SELECT recipe FROM recipes WHERE id = $1', [id]);
  return rows[0]!.recipe;
}

export async function batchRecipe(db: Queryable, batchId: string): Promise<Recipe> {
  const { rows } = await db.query<{ recipe: Recipe }>(
    'SELECT r.recipe FROM processing_batches b JOIN recipes r ON r.id = b.recipe_id WHERE b.id = $1',
    [batchId],
  );
  return rows[0]!.recipe;
}

/** The id of a recipe that was used before, or null; writes nothing. */
export async function findRecipe(db: Queryable, recipe: Recipe): Promise<number | null> {
  const { rows } = await db.query<{ id: number }>('SELECT id FROM recipes WHERE hash = $1', [
    hashOf(recipe).hash,
  ]);
  return rows[0]?.id ?? null;
}

function hashOf(recipe: Recipe): { text: string; hash: string } {
  const text = canonicalJson(recipe as unknown as Json);
  return { text, hash: createHash('sha256').update(text).digest('hex') };
}
