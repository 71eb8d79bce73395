import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { CliError } from './context.ts';

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
