import { isClaude } from '../src/analyze/create-analyzer.ts';
import type { Database } from '../src/db/database.ts';
import { findRecipe, batchRecipe } from '../src/db/recipes.ts';
import type { ItemSelection } from '../src/db/reopen.ts';
import { mayChangeRecipe, sampleRetryable } from '../src/db/reopen.ts';
import type { NamedBatch } from '../src/db/resolve-batch.ts';
import { shortId } from '../src/domain/ids.ts';
import type { Recipe } from '../src/domain/recipe.ts';
import { findProfile } from '../src/profiles/find-profile.ts';
import { changeProfile, loadProfile } from '../src/profiles/load-profile.ts';
import { requireClaude, type ChosenRecipe, type RecipeFlags } from './chosen-recipe.ts';
import { commandLine } from './command-name.ts';
import { CliError, type CliContext } from './context.ts';
import { SAMPLE } from './estimate-run.ts';
import { agreeToCosts } from './paid-run.ts';

export type RetriedFlags = Pick<RecipeFlags, 'profile' | 'model' | 'set'>;

/** The batch's recipe with another profile or model, as `retry` was told; null when it was not. */
export async function retriedRecipe(
  context: CliContext,
  db: Database,
  batch: NamedBatch,
  flags: RetriedFlags,
): Promise<ChosenRecipe | null> {
  const flag = (['profile', 'model', 'set'] as const).find((name) => flags[name] !== undefined);
  if (flag === undefined) return null;
  const { analyzer, profile, parameters } = await batchRecipe(db, batch.id);
  if (!isClaude(analyzer)) {
    throw new CliError(`\`--${flag}\` is for Claude, and the analyzer of the batch is \`${analyzer}\``, {
      next: commandLine(context.env, 'process --id <document> --analyzer claude'),
    });
  }
  if (!mayChangeRecipe(batch.status)) throw standsNotStill(context, batch);
  const { projectDir, userDir } = context.config();
  const loaded =
    flags.profile === undefined
      ? changeProfile(profile ?? '', parameters.profile as object, flags)
      : loadProfile(findProfile(flags.profile, { projectDir, userDir }), flags);
  return requireClaude(
    context,
    loaded,
    analyzer,
    parameters.ocr === undefined ? {} : { ocr: parameters.ocr },
  );
}

/** The free checks, the estimate, and consent: what `process` does before a paid run. */
export async function agreeToRetry(
  context: CliContext,
  db: Database,
  { recipe, loaded, preflight }: ChosenRecipe,
  run: {
    batchId: string;
    selection: ItemSelection;
    isGiven: boolean;
    usesCache: boolean;
    passwordsFile: string | null;
  },
): Promise<Recipe> {
  await preflight(context.interrupted);
  await agreeToCosts(context, db, {
    chosen: await sampleRetryable(db, run.batchId, run.selection, SAMPLE),
    recipeId: await findRecipe(db, recipe),
    usesCache: run.usesCache,
    loaded: loaded!,
    recipe,
    ...{ passwordsFile: run.passwordsFile, isGiven: run.isGiven },
  });
  return recipe;
}

export function standsNotStill({ env }: CliContext, { id, status }: NamedBatch): CliError {
  const [why, next] =
    status === 'pending' || status === 'processing' || status === 'finalizing'
      ? ['it still runs with the one that it has', `wait ${shortId(id)}`]
      : [
          `it is ${status}, and what it has not finished goes on with the one that it has`,
          `cancel ${shortId(id)}   then retry takes up what is cancelled, too`,
        ];
  return new CliError(`Batch ${shortId(id)} cannot get another profile or model now`, {
    why,
    next: commandLine(env, next),
  });
}
