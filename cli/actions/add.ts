import { takeIn } from '../../src/intake/intake.ts';
import { resolveSources } from '../../src/sources/resolve-sources.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { documents } from '../nothing-to-do.ts';

export async function add(
  context: CliContext,
  paths: string[],
  flags: { manifest?: string; json?: boolean },
): Promise<number> {
  const inputs = { paths, manifest: flags.manifest, stdin: process.stdin };
  const sources = await resolveSources(inputs, context.config().userDir);
  if (sources.length === 0)
    throw new CliError('Expected paths or `--manifest`', {
      next: commandLine(context.env, 'add ./documents'),
    });
  const db = await context.database();
  const so = await takeIn(db, sources, {
    batchId: null,
    signal: context.interrupted,
    onProgress: () => undefined,
  });
  if (so.found === 0)
    throw new CliError('No document was found', { why: 'the paths or globs match no file' });
  context.out(
    flags.json === true
      ? JSON.stringify(so, null, 2)
      : `${documents(so.found)}: ${so.added} added, ${so.changed} changed, ${so.unchanged} unchanged${so.unreadable > 0 ? `, ${so.unreadable} unreadable` : ''}`,
  );
  context.err(`Process them with: ${commandLine(context.env, 'process --all')}`);
  return 0;
}
