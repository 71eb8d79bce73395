import type { Json } from './analyzer.ts';

/** Analyzer, profile, model and parameters, frozen into a batch by hash. */
export interface Recipe {
  /** As the user wrote it: `local`, `exec:<command>`, `http://…`. */
  analyzer: string;
  /** `Analyzer.cacheKey()` at the time the batch was made. */
  analyzerKey: string;
  profile: string | null;
  model: string | null;
  parameters: { [key: string]: Json };
}

/** What is asked of Claude, as it was when the batch, or its schedule, was made. */
export type FrozenProfile = Pick<Recipe, 'profile' | 'model' | 'parameters'>;

/** JSON with sorted keys: equal recipes give equal text, and so equal hashes. */
export function canonicalJson(value: Json): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (value !== null && typeof value === 'object') {
    const entries = Object.keys(value)
      .sort()
      .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key] ?? null)}`);
    return `{${entries.join(',')}}`;
  }
  return JSON.stringify(value);
}
