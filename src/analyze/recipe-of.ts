import type { FrozenProfile, Recipe } from '../domain/recipe.ts';
import { createAnalyzer } from './create-analyzer.ts';

const unused = () => Promise.reject(new Error('a recipe answers nothing'));

/** What a batch with this analyzer is frozen to; throws when the analyzer's spec is none. */
export function recipeOf(analyzer: string, frozen?: FrozenProfile): Recipe {
  const { profile = null, model = null, parameters = {} } = frozen ?? {};
  // Only asked for its key, which depends on nothing else.
  const deps = { answerLocally: unused, env: {}, claude: { prices: {}, ground: unused } };
  const analyzerKey = createAnalyzer(analyzer, deps, parameters).cacheKey();
  return { analyzer, analyzerKey, profile, model, parameters };
}
