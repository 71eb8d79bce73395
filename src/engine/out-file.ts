import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The folder of `--out` cannot be written into: about the batch, not about a document. */
export class OutputUnwritable extends Error {
  override readonly name = 'OutputUnwritable';
}

export interface OutFile {
  path: string;
  text: string;
  /** Of the item: two workers never write beside the name under the same one. */
  epoch: number;
}

/** The file's place under `outDir`; a document inside another lies beside it under its id: names from inside a document never become paths. */
export function outPath(
  { outDir, outBase }: { outDir: string; outBase: string | null },
  { uri, containerUri, documentId }: { uri: string; containerUri: string | null; documentId: string },
): string {
  const base = outBase ?? '/';
  if (containerUri !== null)
    return join(outDir, `${relativeName(containerUri, base)}!`, `${documentId}.json`);
  const path = join(outDir, relativeName(uri, base));
  return join(dirname(path), `${shortened(basename(path), documentId)}.json`);
}

export function outText(content: object): string {
  return `${JSON.stringify(content, null, 2)}\n`;
}

/** Half of the writing: beside its name, so that a kill leaves no partial file. Throws `OutputUnwritable`. */
export function writeBeside({ path, text, epoch }: OutFile): Promise<void> {
  return orUnwritable(async () => {
    await mkdir(dirname(path), { recursive: true });
    // What a killed worker left of an earlier try; claims are few, so the numbers are small.
    for (let earlier = 1; earlier < epoch; earlier++) await rm(temporaryPath(path, earlier), { force: true });
    await writeFile(temporaryPath(path, epoch), text);
  });
}

/** The other half. */
export function putInPlace({ path, epoch }: OutFile): Promise<void> {
  return orUnwritable(() =>
    rename(temporaryPath(path, epoch), path).catch((error: unknown) => {
      // A newer claim removed it: the commit will say so too.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }),
  );
}

export function discard({ path, epoch }: OutFile): Promise<void> {
  return orUnwritable(() => rm(temporaryPath(path, epoch), { force: true }));
}

async function orUnwritable(write: () => Promise<void>): Promise<void> {
  try {
    await write();
  } catch (error) {
    throw new OutputUnwritable(`A file under --out could not be written: ${(error as Error).message}`, {
      cause: error,
    });
  }
}

/** Hidden, so that `*.json` never finds a half-written one. */
function temporaryPath(path: string, epoch: number): string {
  return join(dirname(path), `.${basename(path)}.${epoch}.tmp`);
}

/** Of the 255 bytes that a name may have some are for what we add. */
const LONGEST_NAME = 230;

function shortened(name: string, documentId: string): string {
  if (Buffer.byteLength(name) <= LONGEST_NAME) return name;
  const bytes = Buffer.from(name).subarray(0, LONGEST_NAME - documentId.length - 4);
  // Cut in the middle of a character: what is left of it goes.
  return `${bytes.toString().replace(/\ufffd+$/, '')}~${documentId}`;
}

function relativeName(uri: string, base: string): string {
  const path = fileURLToPath(uri);
  const within = relative(base, path);
  return within.startsWith('..') || isAbsolute(within) ? path.slice(1) : within;
}
