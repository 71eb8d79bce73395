import { access, constants, stat } from 'node:fs/promises';
import { dirname, relative, resolve } from 'node:path';
import { globBase } from '../src/sources/glob.ts';
import type { Source } from '../src/sources/resolve-sources.ts';
import { CliError, type CliContext } from './context.ts';

/** Throws when `--out` names no folder that could be written into. Makes nothing: the worker makes what is not there. */
export async function checkOutFolder(outDir: string | null): Promise<void> {
  for (let at = outDir; at !== null; at = dirname(at) === at ? null : dirname(at)) {
    const found = await stat(at).catch(() => null);
    if (found === null) continue;
    const canWrite = await access(at, constants.W_OK).then(
      () => true,
      () => false,
    );
    if (found.isDirectory() && canWrite) return;
    throw new CliError(`\`--out\` cannot be written into: \`${outDir}\``, {
      why: found.isDirectory() ? `no right to write in \`${at}\`` : `\`${at}\` is a file, not a folder`,
      next: '--out ./answers, or another folder of yours',
    });
  }
}

/** Says so when the next look into these folders would take the answers for documents. */
export function warnOfAnswers(
  context: Pick<CliContext, 'err'>,
  outDir: string | null,
  sources: readonly Source[],
): void {
  if (outDir === null) return;
  const taking = sources.flatMap(folderOf).find((folder) => isLookedInto(folder, outDir));
  if (taking === undefined) return;
  context.err(
    `The answers in \`${outDir}\` lie among the documents of \`${taking}\`: the next run takes them for documents. Name a folder outside, or one that begins with a dot, such as --out .answers`,
  );
}

function folderOf(source: Source): string[] {
  if (source.kind === 'folder') return [source.path];
  return source.kind === 'glob' && source.pattern.includes('**')
    ? [resolve(source.cwd, globBase(source.pattern).base)]
    : [];
}

/** Hidden folders are left out. */
function isLookedInto(folder: string, outDir: string): boolean {
  const way = relative(folder, outDir).split('/');
  return !way.some((part) => part.startsWith('.'));
}
