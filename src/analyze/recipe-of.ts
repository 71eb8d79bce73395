import type { Recipe } from '../domain/recipe.ts';
import { createAnalyzer } from './create-analyzer.ts';

/** What a batch with this analyzer is frozen to; throws when the analyzer's spec is none. */
export function recipeOf(analyzer: string): Recipe {
  const answerLocally = () => Promise.reject(new Error('a recipe answers nothing'));
  const analyzerKey = createAnalyzer(analyzer, { answerLocally, env: {} }).cacheKey();
  return { analyzer, analyzerKey, profile: null, model: null, parameters: {} };
}
