import type { Json } from '../../domain/analyzer.ts';
import type { ProfileCheck } from '../../domain/profile.ts';

export interface CheckResult {
  name: string;
  /** Null: a number that it needs is missing. */
  ok: boolean | null;
  detail: string;
}

/** Compares the sums that the profile names; what does not add up is noted, never corrected. */
export function runChecks(answer: Json, checks: readonly ProfileCheck[]): CheckResult[] {
  return checks.map(({ name, sum, equals, tolerance }) => {
    const addends = numbersAt(answer, sum);
    const [total] = numbersAt(answer, equals) ?? [];
    if (addends === null || addends.length === 0 || total === undefined) {
      return { name, ok: null, detail: `a number at ${sum} or ${equals} is missing` };
    }
    const added = addends.reduce((so, value) => so + value, 0);
    const ok = Math.abs(added - total) <= tolerance + 1e-9;
    return { name, ok, detail: `${sum} is ${Number(added.toFixed(6))}, ${equals} is ${total}` };
  });
}

/** The numbers at a path such as `lines[].amount`; null when one of them is missing. */
function numbersAt(answer: Json, path: string): number[] | null {
  let found: Json[] = [answer];
  for (const step of path.split('.')) {
    const key = step.replace('[]', '');
    found = found.map((value) => (isObject(value) ? (value[key] ?? null) : null));
    if (step.endsWith('[]')) found = found.flatMap((value) => (Array.isArray(value) ? value : [null]));
  }
  return found.every((value) => typeof value === 'number') ? found : null;
}

function isObject(value: Json): value is { [key: string]: Json } {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}
