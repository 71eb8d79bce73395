import type { Fence } from '../db/claims.ts';
import type { Database, Queryable } from '../db/database.ts';
import type { Unwritten, UnwrittenOutput } from '../db/unwritten-outputs.ts';
import { haltUnwritten, outFolder, takeUnwritten } from '../db/unwritten-outputs.ts';
import type { ActiveBatch } from './active-batch.ts';
import type { Pending } from './committer.ts';
import { OutputUnwritable, discard, outPath, outText, putInPlace, writeBeside } from './out-file.ts';
import { outlastOutage } from './outage.ts';

/**
 * One JSON file per finished document under `--out`, before its row is committed: what is committed is there, but for
 * those that come back as unwritten. Written beside its name and renamed only while the item is still ours, so that a
 * kill leaves no partial file and a worker that woke up too late replaces nothing.
 */
export async function writeOutFiles(
  { batchId, analyzer, view }: ActiveBatch,
  group: readonly Pending[],
  stillOurs: (fences: readonly Fence[]) => Promise<Set<string>>,
): Promise<Unwritten | null> {
  const { outDir, outBase } = view.settings;
  if (outDir === null) return null;
  const finished = group.filter(({ outcome }) => outcome.state === 'completed' || outcome.state === 'failed');
  if (finished.length === 0) return null;
  const files = finished.map(({ uri, containerUri = null, outcome }) => {
    const { documentId, epoch, result = null } = outcome;
    const text = outText(describe(batchId, { ...outcome, uri, result, analyzer: analyzer.name }));
    return {
      ...{ documentId, epoch, text },
      path: outPath({ outDir, outBase }, { uri, containerUri, documentId }),
    };
  });
  const unwritten = new Set<string>();
  let why = '';
  const each = (work: (file: (typeof files)[number]) => Promise<void>) =>
    Promise.all(
      files.map(async (file) => {
        if (unwritten.has(file.documentId)) return;
        await work(file).catch((error: unknown) => {
          if (!(error instanceof OutputUnwritable)) throw error;
          unwritten.add(file.documentId);
          why = error.message;
        });
      }),
    );
  await each(writeBeside);
  const ours = await outlastOutage(() => stillOurs(finished.map(({ outcome }) => outcome)));
  await each((file) => (ours.has(file.documentId) ? putInPlace(file) : discard(file)));
  return unwritten.size === 0 ? null : { documentIds: unwritten, why };
}

/**
 * Writes what could not be written when its document was done; called when a batch goes on, and before it ends. Halts the
 * batch when it still cannot be.
 */
export async function writeMissingOutFiles(db: Database, batchId: string): Promise<void> {
  const folder = await outFolder(db, batchId);
  const { outDir } = folder;
  if (outDir === null) return;
  try {
    while (await db.transaction((tx) => writePage(tx, batchId, { ...folder, outDir })));
  } catch (error) {
    if (!(error instanceof OutputUnwritable)) throw error;
    await haltUnwritten(db, batchId, [], error.message);
  }
}

/** False when none was left. */
async function writePage(
  tx: Queryable,
  batchId: string,
  folder: { outDir: string; outBase: string | null },
): Promise<boolean> {
  const { taken, outputs } = await takeUnwritten(tx, batchId);
  for (const output of outputs) {
    const text = outText(describe(batchId, output));
    const file = { path: outPath(folder, output), text, epoch: output.epoch };
    await writeBeside(file);
    await putInPlace(file);
  }
  return taken > 0;
}

function describe(batchId: string, output: Omit<UnwrittenOutput, 'containerUri' | 'epoch'>): object {
  const { uri, documentId, state, analyzer, contentSha256, result, failure } = output;
  return {
    ...{ uri, documentId, batchId, state, analyzer, contentSha256 },
    ...(failure === null
      ? { result }
      : { class: failure.failureClass, code: failure.code, stage: failure.stage, message: failure.message }),
  };
}
