import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { packageRoot } from '../paths.ts';

/** A profile cannot be used: what failed, why, what to type next. */
export class ProfileError extends Error {
  override readonly name = 'ProfileError';
  readonly why: string | undefined;
  readonly next: string;

  constructor(what: string, { why, next }: { why?: string; next?: string } = {}) {
    super(what);
    this.why = why;
    this.next = next ?? 'docbatch profile show summary';
  }
}

export interface FoundProfile {
  name: string;
  path: string;
  isShipped: boolean;
}

export interface ProfilePlaces {
  /** `<projectDir>/profiles` goes before what is shipped. */
  projectDir: string;
  /** Where a path that the user typed resolves. */
  userDir: string;
}

const shippedDir = join(packageRoot, 'profiles');

/** By name in the project, then among the shipped ones; a path or `*.yaml` is a file. */
export function findProfile(named: string, { projectDir, userDir }: ProfilePlaces): FoundProfile {
  if (/\.ya?ml$/i.test(named) || named.includes('/')) {
    const path = resolve(userDir, named);
    if (!existsSync(path)) {
      throw new ProfileError(`No profile file \`${path}\``, {
        next: `docbatch profile init ${nameOf(path)}`,
      });
    }
    return { name: nameOf(path), path, isShipped: false };
  }
  const found = listProfiles({ projectDir }).find(({ name }) => name === named);
  if (found !== undefined) return found;
  const known = listProfiles({ projectDir }).map(({ name }) => name);
  throw new ProfileError(`No profile is called \`${named}\``, {
    why: `there are ${known.join(', ')}`,
    next: `docbatch profile init ${named}`,
  });
}

/** The project's own profiles, then the shipped ones whose names are not taken. */
export function listProfiles({ projectDir }: Pick<ProfilePlaces, 'projectDir'>): FoundProfile[] {
  const own = profilesIn(join(projectDir, 'profiles'), false);
  const names = new Set(own.map(({ name }) => name));
  const isSame = resolve(projectDir, 'profiles') === resolve(shippedDir);
  const shipped = profilesIn(shippedDir, true).filter(({ name }) => isSame || !names.has(name));
  return isSame ? shipped : [...own, ...shipped];
}

export function shippedProfileText(name: string): string {
  return readFileSync(join(shippedDir, `${name}.yaml`), 'utf8');
}

function profilesIn(dir: string, isShipped: boolean): FoundProfile[] {
  if (!existsSync(dir)) return [];
  return readdirSync(dir)
    .filter((file) => /\.ya?ml$/i.test(file))
    .sort()
    .map((file) => ({ name: nameOf(file), path: join(dir, file), isShipped }));
}

function nameOf(path: string): string {
  return basename(path).replace(/\.ya?ml$/i, '');
}
