import type { Database } from '../db/database.ts';
import { stillOurs } from '../db/claims.ts';
import { commitOutcomes } from '../db/commit-outcomes.ts';
import { readRecipe } from '../db/recipes.ts';
import { noteWorstTry } from '../db/unknown-calls.ts';
import { readBatchViews } from '../db/workers.ts';
import type { Analyzer } from '../domain/analyzer.ts';
import { ocrLanguages } from '../domain/ocr.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { Sandbox } from '../sandbox/pool.ts';
import type { ActiveBatch } from './active-batch.ts';
import { adoptView } from './active-batch.ts';
import { createCallWindow } from './call-window.ts';
import { createCommitter, isCritical } from './committer.ts';
import { createGate } from './gate.ts';
import { createLimiter } from './limiter.ts';
import { createMarks } from './marks.ts';
import { writeMissingOutFiles, writeOutFiles } from './out-files.ts';
import { outlastOutage } from './outage.ts';
import type { Room } from './room.ts';
import type { Shares } from './shares.ts';
import { asksByBatch } from './tasks.ts';
import { createTurns } from './turns.ts';

/** A chunk that takes longer to be claimed (the database is away) does not hold up those behind it. */
const TURN_PATIENCE_MS = 1_000;

export interface BatchOpenerDeps {
  db: Database;
  sandbox: Sandbox;
  workerId: string;
  createAnalyzer(recipe: Recipe): Analyzer;
  /** For the pictures of all documents in work here. */
  pictureRoom: Room;
}

/**
 * Reads the batch's row and prepares what its documents need on this worker. Throws when the batch was deleted, or its
 * analyzer cannot be made here.
 */
export async function openBatch(
  deps: BatchOpenerDeps,
  batchId: string,
  onCommitted: () => void,
): Promise<ActiveBatch> {
  const { db, workerId } = deps;
  const [view] = await outlastOutage(() => readBatchViews(db, [batchId]));
  if (view === undefined) throw new Error(`Batch ${batchId} is not in the database`);
  if (view.settings.outDir !== null) await outlastOutage(() => writeMissingOutFiles(db, batchId));
  const recipe = await outlastOutage(() => readRecipe(db, view.recipeId));
  const analyzer = deps.createAnalyzer(recipe);
  const batch: ActiveBatch = {
    batchId,
    view,
    readAtMs: -Infinity,
    analyzer,
    recipeId: view.recipeId,
    ocrLanguages: ocrLanguages(recipe.parameters),
    gate: createGate(db, analyzer, workerId, {
      callTimeoutMs: view.settings.timeoutMs,
      isNeeded: () => !asksByBatch({ batch }),
    }),
    limiter: createLimiter(db, analyzer.provider),
    window: createCallWindow(),
    marks: createMarks(db, batchId),
    committer: createCommitter({
      commit: (outcomes, unwritten) =>
        commitOutcomes(
          db,
          { batchId, analyzer: analyzer.name, isBilled: analyzer.keepsAnswers === true, unwritten },
          outcomes,
        ),
      beforeCommit: (group) => writeOutFiles(batch, group, (fences) => stillOurs(db, batchId, fences)),
      onCommitted: ({ written: _written, ...row }) => {
        adoptView(batch, { ...batch.view, ...row });
        onCommitted();
      },
      isUrgent: (outcome) =>
        // The last ones: few, or nothing, would join their group.
        batch.queue.length === 0 ||
        isCritical(outcome) ||
        (outcome.state === 'failed' && batch.view.settings.maxFailures !== null),
    }),
    noteWorst: createWorstNote(db, batchId),
    queue: [],
    inSlots: new Set(),
    share: 0,
    feeders: 0,
    lastServed: 0,
    takeTurn: createTurns(TURN_PATIENCE_MS),
    isMarking: false,
  };
  return batch;
}

function createWorstNote(db: Database, batchId: string): ActiveBatch['noteWorst'] {
  let noted = 0;
  return async (nanoUsd) => {
    if (nanoUsd <= noted) return;
    await outlastOutage(() => noteWorstTry(db, batchId, nanoUsd));
    noted = Math.max(noted, nanoUsd);
  };
}

/** The ticker reads more often than this; a batch that it does not know yet, or that stands still, is read at once. */
const NEWS_VALID_MS = 1_000;

/** What the rows say, before documents are claimed. Throws while this worker still holds the batch as it was before `retry --model`. */
export async function refresh({ db }: BatchOpenerDeps, shares: Shares, batch: ActiveBatch): Promise<void> {
  const askedAtMs = performance.now();
  requireSameRecipe(batch);
  if (batch.view.control === 'run' && askedAtMs - batch.readAtMs < NEWS_VALID_MS) return;
  const [view] = await readBatchViews(db, [batch.batchId]);
  if (view !== undefined) adoptView(batch, view);
  requireSameRecipe(batch);
  await shares.renew(() => [batch]);
  await batch.gate.refresh();
  batch.readAtMs = askedAtMs;
}

/** A feeder of the batch's earlier life, on a worker that was frozen: the chunk comes again when it has gone. */
function requireSameRecipe({ view, recipeId }: ActiveBatch): void {
  if (view.recipeId !== recipeId) throw new Error('The batch has another recipe by now');
}
