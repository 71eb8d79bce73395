import { randomUUID } from 'node:crypto';
import { isClaude } from './analyze/create-analyzer.ts';
import { actorName } from './actor.ts';
import { recipeOf } from './analyze/recipe-of.ts';
import { checkSettings } from './check-settings.ts';
import { pauseInterrupted } from './client/pause-interrupted.ts';
import { openClient } from './client/open-client.ts';
import { startBatch } from './client/start-batch.ts';
import { watchForWorkers } from './client/watch-for-workers.ts';
import type { Config } from './config.ts';
import { loadConfig } from './config.ts';
import type { BatchSnapshot } from './db/batch-snapshot.ts';
import { batchSnapshot } from './db/batch-snapshot.ts';
import type { Selection } from './db/candidates.ts';
import { openDatabase, type Database } from './db/database.ts';
import type { ItemRow } from './db/items.ts';
import { readItems } from './db/items.ts';
import { lookPatiently } from './db/look-patiently.ts';
import type { StackStep } from './dev/stack.ts';
import { acquireStack } from './dev/stack.ts';
import type { BatchSettings } from './domain/batch.ts';
import { defaultSettings, exitCodeFor, hasSettled } from './domain/batch.ts';
import { batchWorkflowId } from './domain/ids.ts';
import { prepareBatch } from './intake/prepare-batch.ts';
import { resolveSources } from './sources/resolve-sources.ts';

export type { BatchSettings, BatchSnapshot, ItemRow, StackStep };

/** Servers come from `DATABASE_URL` and `TEMPORAL_ADDRESS`, or from `docbatch.yaml`; those not named run in `.docbatch/`. */
export interface BatchProcessorDeps {
  /** Folder of `docbatch.yaml` and `.docbatch/`; relative paths of documents count from the working directory. @default found from there upwards */
  projectDir?: string;
  /** Steps of the servers on this machine. */
  onStep?: (step: StackStep) => void;
  /** What a person should know, such as that no worker takes up a batch. @default `process.emitWarning` */
  onWarning?: (message: string) => void;
}

export interface BatchOptions extends Partial<BatchSettings> {
  /** `local`, `exec:<command>`, or an http(s) address; what costs money needs the consent of the command line. @default that of docbatch.yaml, or `local` */
  analyzer?: string;
  /** @default `process-<time>` */
  name?: string;
  /** Which documents that have an answer, or failed, are done again. @default 'none' */
  rerun?: Selection['rerun'];
  /** At most this many, by priority, then age. @default null */
  limit?: number | null;
  /** That many at random, for a trial. @default null */
  sample?: number | null;
  /** Told about twice a second. */
  onProgress?: (snapshot: BatchSnapshot) => void;
  /** Aborted: the batch pauses, what is in work is finished, and `docbatch resume` goes on. */
  signal?: AbortSignal;
}

export interface BatchResult {
  /** Null when there was nothing to do: no batch was made. */
  snapshot: BatchSnapshot | null;
  /** 0 all ok or nothing to do, 2 some failed, 3 halted, 4 cancelled or terminated, 130 paused: those of the command line. */
  exitCode: number;
  /** Every document once, with its answer; read from the database while the processor is open. */
  documents: () => AsyncIterable<ItemRow>;
}

export interface BatchProcessor {
  /** Processes files, folders and globs (`'all'`: everything pending) as one durable batch; resolves when it stands still. */
  processBatch(documents: readonly string[] | 'all', options?: BatchOptions): Promise<BatchResult>;
  /** Leaves the servers; those on this machine end with their last user. */
  close(): Promise<void>;
}

const LOOK_MS = 400;

/** The same path as the command `process`. */
export function createBatchProcessor({
  projectDir,
  onStep = () => undefined,
  onWarning = (message) => process.emitWarning(message, 'DocbatchWarning'),
}: BatchProcessorDeps = {}): BatchProcessor {
  const cleanups: (() => Promise<unknown>)[] = [];
  let session: ReturnType<typeof open> | null = null;

  async function open(config: Config) {
    const lease = await acquireStack(config, {
      needs: { temporal: true, worker: true },
      purpose: 'createBatchProcessor',
      onStep,
      signal: new AbortController().signal,
    });
    cleanups.push(() => lease.release());
    const db = openDatabase(lease.info.databaseUrl, config.databasePoolMax);
    cleanups.push(() => db.close());
    const onExit = (close: () => Promise<void>) => cleanups.push(close);
    return { db, client: await openClient(config, db, lease.info, { env: process.env, onExit }) };
  }

  /** One session for all batches; one that could not be opened is tried again with the next batch. */
  async function connect(config: Config) {
    const opening = (session ??= open(config));
    try {
      return await opening;
    } catch (error) {
      if (session === opening) {
        session = null;
        await cleanUp();
      }
      throw error;
    }
  }

  async function cleanUp(): Promise<void> {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
  }

  return {
    async processBatch(documents, options = {}) {
      const {
        analyzer,
        name,
        rerun = 'none',
        limit = null,
        sample = null,
        onProgress,
        signal,
        ...settings
      } = options;
      const config = loadConfig({ env: process.env, cwd: process.cwd(), project: projectDir });
      const checked = checkSettings(settings, config.userDir);
      const recipe = recipeOf(freeAnalyzer(analyzer ?? config.analyzer));
      const isAll = documents === 'all';
      const sources = isAll ? [] : await resolveSources({ paths: documents }, config.userDir);
      const { db, client } = await connect(config);
      const batchId = randomUUID();
      const actor = actorName(process.env);
      const { chosen } = await prepareBatch(db, {
        ...{ batchId, sources, name, recipe, actor, origin: 'api', detached: false },
        selection: { all: isAll, rerun, limit, sample },
        settings: { ...defaultSettings, ...checked },
        signal: signal ?? new AbortController().signal,
        onFound: () => undefined,
      });
      if (chosen === 0) return { snapshot: null, exitCode: 0, documents: nothing };
      await startBatch(db, client, batchId);
      const batch = { id: batchId, workflowId: batchWorkflowId(batchId) };
      const pause = () => pauseInterrupted({ db, client }, batch, { actor, reason: 'aborted' });
      const watchWorkers = watchForWorkers(db, (message) =>
        onWarning(`${message}, and batch ${batchId} waits for one; start one: docbatch worker`),
      );
      const snapshot = await follow(db, batchId, { pause, signal, onProgress, watchWorkers });
      return {
        snapshot,
        exitCode: exitCodeFor(snapshot.status, snapshot.reason),
        documents: () => readItems(db, batchId, { withResults: true }),
      };
    },
    async close() {
      await session?.catch(() => undefined);
      session = null;
      await cleanUp();
    },
  };
}

function freeAnalyzer(analyzer: string): string {
  if (!isClaude(analyzer)) return analyzer;
  throw new Error(
    `The analyzer \`${analyzer}\` costs money: run it by \`docbatch process --analyzer ${analyzer}\`, which shows the estimate and asks`,
  );
}

interface Followed {
  pause: () => Promise<void>;
  signal: AbortSignal | undefined;
  onProgress: ((snapshot: BatchSnapshot) => void) | undefined;
  watchWorkers: (snapshot: BatchSnapshot) => Promise<void>;
}

async function follow(
  db: Database,
  batchId: string,
  { pause, signal, onProgress, watchWorkers }: Followed,
): Promise<BatchSnapshot> {
  let hasAsked = false;
  for (;;) {
    if (signal?.aborted === true && !hasAsked) {
      hasAsked = true;
      await pause();
    }
    const snapshot = await lookPatiently(() => batchSnapshot(db, batchId));
    onProgress?.(snapshot);
    if (hasSettled(snapshot)) return snapshot;
    await lookPatiently(() => watchWorkers(snapshot));
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
  }
}

async function* nothing(): AsyncIterable<ItemRow> {
  // No batch, no documents.
}
