import { randomUUID } from 'node:crypto';
import { dropCandidates, dropLostCandidates, moveCandidates, selectCandidates } from '../db/candidates.ts';
import type { Database } from '../db/database.ts';
import { closeDiscovery, readDiscovery } from '../db/discoveries.ts';
import { critical } from '../domain/failure.ts';
import { thawSources } from '../sources/frozen-sources.ts';
import { SourceError } from '../sources/source-error.ts';
import { takeIn } from './intake.ts';

/**
 * Finds the documents of a batch that has not looked yet, and chooses what is pending for its recipe. Every call lists
 * under an id of its own, so that one which was given up never mixes with the next; the first to end counts. What is
 * missing is critical (`source_gone`), never an empty batch.
 */
export async function discoverLate(db: Database, batchId: string, signal: AbortSignal): Promise<void> {
  const discovery = await readDiscovery(db, batchId);
  if (discovery === null) return;
  await dropLostCandidates(db);
  const listed = randomUUID();
  try {
    if (!discovery.all) {
      const sources = await thawSources(discovery);
      await takeIn(db, sources, { batchId: listed, signal, onProgress: () => undefined });
    }
    await db.transaction(async (tx) => {
      const open = await closeDiscovery(tx, batchId);
      if (open === null) return;
      await selectCandidates(tx, { ...discovery, batchId: listed, recipeId: open.recipeId });
      await moveCandidates(tx, listed, batchId);
    });
  } catch (error) {
    throw asCritical(error);
  } finally {
    await dropCandidates(db, listed);
  }
}

function asCritical(error: unknown): unknown {
  const stage = 'read' as const;
  if (error instanceof SourceError) {
    const message = error.why === undefined ? error.message : `${error.message}: ${error.why}`;
    // A wrong line of a manifest has no cause: the file itself could be read.
    const code = error.cause === undefined ? 'invalid_configuration' : 'source_gone';
    return critical(code, message, { stage, cause: error });
  }
  const { path, syscall, message } = error as NodeJS.ErrnoException;
  if (path !== undefined && syscall !== undefined && FILE_CALLS.has(syscall)) {
    return critical('source_gone', message, { stage, cause: error });
  }
  return error;
}

const FILE_CALLS = new Set(['open', 'opendir', 'scandir', 'realpath', 'lstat', 'stat', 'read']);
