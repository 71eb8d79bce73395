import type { Source } from '../src/sources/resolve-sources.ts';
import { resolveSources } from '../src/sources/resolve-sources.ts';
import { commandLine } from './command-name.ts';
import type { CliContext } from './context.ts';
import { CliError } from './context.ts';

export interface Choice {
  all?: boolean;
  file?: string;
  id?: string;
  manifest?: string;
}

/** Checks that exactly one way of naming documents was taken, and that what it names is there; nothing has started yet. */
export async function chooseDocuments(
  context: CliContext,
  paths: readonly string[],
  { all, file, id, manifest }: Choice,
): Promise<Source[]> {
  const ways = { paths: paths.length > 0, '--all': all, '--file': file, '--id': id, '--manifest': manifest };
  const taken = Object.entries(ways).flatMap(([way, given]) =>
    given === undefined || given === false ? [] : [way],
  );
  if (taken.length !== 1) {
    throw new CliError('Expected one of: paths, `--all`, `--file`, `--id`, `--manifest`', {
      why:
        taken.length === 0
          ? 'nothing says which documents to process'
          : `${taken.join(' and ')} exclude one another`,
      next: commandLine(context.env, 'process ./documents'),
    });
  }
  if (paths.includes('-') && process.stdin.isTTY) {
    context.err('Reading paths from the terminal, one per line; Ctrl-D ends the list.');
  }
  const inputs = { paths, file, manifest, stdin: process.stdin, onNote: context.err };
  return resolveSources(inputs, context.config().userDir);
}
