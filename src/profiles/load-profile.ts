import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type { z } from 'zod';
import type { AggregateSpec } from '../domain/aggregate.ts';
import type { Profile } from '../domain/profile.ts';
import { schemaProblems } from './check-answer-schema.ts';
import type { FoundProfile } from './find-profile.ts';
import { ProfileError } from './find-profile.ts';
import type { ProfileFile } from './profile-schema.ts';
import { profileFileSchema } from './profile-schema.ts';
import { setValue } from './set-value.ts';

export interface LoadedProfile {
  name: string;
  description: string;
  profile: Profile;
  /** Its section `aggregate`, whole; null: there is none. */
  aggregate: AggregateSpec | null;
}

export interface ProfileChanges {
  /** `--model`. */
  model?: string | undefined;
  /** `--set key=value`, in order; the key is a path into the file. */
  set?: readonly string[] | undefined;
}

/** Reads, changes and validates a profile; throws `ProfileError` that names every mistake with its key and value. */
export function loadProfile({ name, path }: FoundProfile, changes: ProfileChanges = {}): LoadedProfile {
  return checkedProfile({ name, label: `\`${path}\``, file: readYaml(path) }, changes);
}

/** The same with a profile as a batch has it, whatever its file says by now. */
export function changeProfile(name: string, profile: object, changes: ProfileChanges): LoadedProfile {
  const file = structuredClone(profile) as Record<string, unknown>;
  return checkedProfile({ name, label: `\`${name}\` of the batch`, file }, changes);
}

function checkedProfile(
  { name, label, file }: { name: string; label: string; file: Record<string, unknown> },
  { model, set = [] }: ProfileChanges,
): LoadedProfile {
  for (const assignment of set) setValue(file, assignment);
  if (model !== undefined) file.model = model;
  const parsed = profileFileSchema.safeParse(file);
  const problems = parsed.success ? schemaProblems(parsed.data) : explain(parsed.error, file);
  if (!parsed.success || problems.length > 0) {
    throw new ProfileError(`The profile ${label} is wrong: ${problems.join('; ')}`, {
      next: 'correct it; `docbatch profile show summary` is an example',
    });
  }
  const { description, aggregate: _aggregate, ...profile } = parsed.data;
  return { name, description, profile, aggregate: toAggregate(parsed.data) };
}

function toAggregate({ aggregate, ...profile }: ProfileFile): AggregateSpec | null {
  if (aggregate === undefined) return null;
  const { model, language, chunking, schema } = profile;
  const { summary, currency = hasCurrency(schema) ? 'currency' : null, ...counted } = aggregate;
  const common = { language, maxChars: chunking.maxChars };
  return {
    ...counted,
    currency,
    summary: summary === undefined ? null : { ...summary, model: summary.model ?? model, ...common },
  };
}

/** Amounts of different currencies must not be added up because nobody thought of saying where they stand. */
function hasCurrency({ properties }: ProfileFile['schema']): boolean {
  return properties !== null && typeof properties === 'object' && 'currency' in properties;
}

function readYaml(path: string): Record<string, unknown> {
  let value: unknown;
  try {
    value = parse(readFileSync(path, 'utf8'));
  } catch (error) {
    // The parser's words and place; what comes after them is the line itself.
    const [said] = (error as Error).message.split(/:?\n/);
    throw new ProfileError(`Cannot read the profile \`${path}\`: ${said}`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new ProfileError(
      `Expected the profile \`${path}\` to hold keys and values, got ${JSON.stringify(value)}`,
    );
  }
  return value as Record<string, unknown>;
}

function explain(error: z.ZodError, input: unknown): string[] {
  return error.issues.map((issue) => {
    const key = issue.path.join('.');
    if (issue.code === 'unrecognized_keys') {
      return `unknown key ${issue.keys.map((name) => `\`${[...issue.path, name].join('.')}\``).join(', ')}`;
    }
    const value = issue.path.reduce<unknown>(
      (at, part) => (at as Record<PropertyKey, unknown> | undefined)?.[part],
      input,
    );
    return value === undefined
      ? `\`${key}\` is missing`
      : `\`${key}\` is ${JSON.stringify(value)}: ${issue.message}`;
  });
}
