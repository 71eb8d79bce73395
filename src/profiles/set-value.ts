import { parse } from 'yaml';
import { ProfileError } from './find-profile.ts';

/** Applies `key=value` of `--set`: the key is a dotted path into the file, the value is YAML. */
export function setValue(file: Record<string, unknown>, assignment: string): void {
  const at = assignment.indexOf('=');
  const path = assignment.slice(0, at).split('.');
  if (at < 1 || path.some((part) => part === '' || part === '__proto__')) {
    throw new ProfileError(`Expected \`--set\` to be key=value, got \`${assignment}\``, {
      next: '--set maxTokens=4000',
    });
  }
  let target = file;
  for (const part of path.slice(0, -1)) {
    target[part] ??= {};
    const inner = target[part];
    if (typeof inner !== 'object' || Array.isArray(inner)) {
      throw new ProfileError(`Expected \`--set ${assignment}\` to name a key, but \`${part}\` holds a value`);
    }
    target = inner as Record<string, unknown>;
  }
  try {
    target[path.at(-1)!] = parse(assignment.slice(at + 1)) as unknown;
  } catch (error) {
    throw new ProfileError(
      `Expected \`--set ${path.join('.')}\` to have a YAML value: ${(error as Error).message}`,
    );
  }
}
