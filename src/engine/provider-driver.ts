import type { Database } from '../db/database.ts';
import type { Group, SealLimits } from '../db/provider-batches.ts';
import {
  beginCreate,
  dissolveGroup,
  endGroup,
  groupRequests,
  halveGroup,
  notePoll,
  openGroups,
  recordCreated,
  rejectAdopted,
  reseal,
  sealGroup,
} from '../db/provider-batches.ts';
import type { Waiting } from '../db/provider-requests.ts';
import { releaseAnswered, storeResults, waitingRequests } from '../db/provider-requests.ts';
import type { BatchView } from '../db/workers.ts';
import { readBatchViews } from '../db/workers.ts';
import { readRecipe } from '../db/recipes.ts';
import type { Analyzer } from '../domain/analyzer.ts';
import { critical, DocumentFailure } from '../domain/failure.ts';
import type { ProviderBatches, ProviderResult } from '../domain/provider-batch.ts';
import { isOver, UnknownOutcome } from '../domain/provider-batch.ts';
import type { Recipe } from '../domain/recipe.ts';
import { findOrphan } from './find-orphan.ts';
import { pauseForBudget } from './pause-for-budget.ts';

export interface ProviderDriverOptions extends SealLimits {
  db: Database;
  createAnalyzer(recipe: Recipe): Analyzer;
  /** How long after a create call of unknown outcome its batch is looked for before it is sent again. */
  holdMs: number;
  /** A create call is given up after this; uploading 32 MB takes a while. */
  createTimeoutMs: number;
}

export interface ProviderRoundResult {
  /** Null: something changed, ask again at once, or nothing is left. */
  waitMs: number | null;
  waitsFor: string;
  idle: boolean;
  lastChunkNo: number;
  mustRead: boolean;
}

/** Asks provider batches for the documents of a batch. Everything it knows is rows: any worker may do any round. */
export interface ProviderDriver {
  round(batchId: string, options: { cancel: boolean }, signal: AbortSignal): Promise<ProviderRoundResult>;
}

const RESULTS_PER_COMMIT = 200;
/** Requests do not wait longer than this for others to go with. */
const PATIENCE_MS = 300_000;
const COLLECT_MS = 500;
/** Halving stops here. */
const MIN_BYTES = 1_000_000;
/** To look at this many requests takes a millisecond or so; one part in a hundred of the time goes into looking. */
const REQUESTS_PER_MS = 20;
const POLL_MIN_MS = 1_000;
const POLL_MAX_MS = 60_000;
/** A fresh batch may be unknown to the provider's own servers for a moment. */
const FRESH_MS = 600_000;

export function createProviderDriver(options: ProviderDriverOptions): ProviderDriver {
  const { db, holdMs, createTimeoutMs } = options;
  const { requests, sizeBytes, queueCap } = options;
  /** Less, when the provider has found a group too large. */
  const limits: SealLimits = { requests: Math.min(requests, queueCap), sizeBytes, queueCap };

  async function open({ recipeId }: BatchView): Promise<ProviderBatches | null> {
    return options.createAnalyzer(await readRecipe(db, recipeId)).batches ?? null;
  }

  /** Sends a sealed group, once. */
  async function send(group: Group, batches: ProviderBatches): Promise<void> {
    const requests = await groupRequests(db, group.id);
    const sentAt = await beginCreate(db, group.id, createTimeoutMs);
    if (sentAt === null) return;
    try {
      const made = await batches.create(requests, createTimeoutMs);
      const { id: providerId, expiresAt } = made;
      await recordCreated(db, group.id, { providerId, expiresAt, adopted: false });
    } catch (error) {
      // Looked for in the next rounds.
      if (error instanceof UnknownOutcome) return;
      if (error instanceof DocumentFailure && error.code === 'too_large') {
        limits.sizeBytes = Math.max(MIN_BYTES, Math.min(limits.sizeBytes, Math.ceil(group.sizeBytes / 2)));
        await halveGroup(db, group, sentAt);
        return;
      }
      await reseal(db, group.id, sentAt);
      throw error instanceof DocumentFailure && error.failureClass === 'permanent' ? forAll(error) : error;
    }
  }

  /** A create call whose answer is not here: its batch is looked for, and only after a long time sent again. */
  async function resolve(group: Group, batches: ProviderBatches, signal: AbortSignal): Promise<void> {
    if (!isDue(group)) return;
    await notePoll(db, group.id);
    const orphan = await findOrphan(db, group, batches, signal);
    if (orphan !== null) {
      const { id: providerId, expiresAt } = orphan;
      await recordCreated(db, group.id, { providerId, expiresAt, adopted: true });
    } else if ((group.sinceDeadlineMs ?? 0) > holdMs) await reseal(db, group.id, group.sentAt);
  }

  /** True when its results are in. */
  async function follow(
    group: Group,
    batches: ProviderBatches,
    { cancel, signal }: { cancel: boolean; signal: AbortSignal },
  ): Promise<boolean> {
    const providerId = group.providerId!;
    const asksCancel = cancel && !group.cancelAsked;
    if (!asksCancel && !isDue(group)) return false;
    if (asksCancel) await batches.cancel(providerId, signal);
    const seen = await batches.look(providerId, signal);
    await notePoll(db, group.id, asksCancel);
    if (seen === null && group.ageMs > FRESH_MS) {
      await endGroup(db, group);
      return true;
    }
    if (seen?.hasEnded !== true) return false;
    const matched = await ingest(group, batches.results(providerId, signal));
    if (matched === 0 && group.adopted) await rejectAdopted(db, group.id, providerId);
    else await endGroup(db, group);
    return true;
  }

  async function ingest(group: Group, results: AsyncIterable<ProviderResult>): Promise<number> {
    let matched = 0;
    let page: ProviderResult[] = [];
    const store = async (): Promise<void> => {
      if (page.length > 0) matched += await storeResults(db, group, page);
      page = [];
    };
    for await (const result of results) {
      page.push(result);
      if (page.length >= RESULTS_PER_COMMIT) await store();
    }
    await store();
    return matched;
  }

  /** True when a group was sent off. */
  async function submit(
    batchId: string,
    batches: ProviderBatches,
    groups: readonly Group[],
  ): Promise<'sent' | 'later' | 'paused'> {
    const sealed = await sealGroup(db, { batchId, provider: batches.provider }, limits);
    if (sealed.group !== null) {
      await send(sealed.group, batches);
      return 'sent';
    }
    // Money comes free with the next results.
    if (sealed.why !== 'budget' || groups.length > 0) return 'later';
    await pauseForBudget(db, batchId, sealed, 'held');
    return 'paused';
  }

  return {
    async round(batchId, { cancel }, signal) {
      const over = { waitMs: null, waitsFor: '', idle: true, lastChunkNo: 0, mustRead: false };
      const [before] = await readBatchViews(db, [batchId]);
      if (before === undefined || (!cancel && before.control !== 'run')) return over;
      const batches = await open(before);
      if (batches === null) return over;
      const { batchSize, deadlineAtMs } = before.settings;
      const isLate = isOver(deadlineAtMs);
      const stops = cancel || isLate;
      for (const group of await openGroups(db, batchId)) {
        signal.throwIfAborted();
        if (group.state === 'creating') await resolve(group, batches, signal);
        else if (group.state === 'submitted') await follow(group, batches, { cancel: stops, signal });
        else if (stops) await dissolveGroup(db, group);
        else await outlastBusy(() => send(group, batches));
      }
      const released = cancel ? 0 : await releaseAnswered(db, { batchId, batchSize, isLate });
      if (released > 0) {
        const [view] = await readBatchViews(db, [batchId]);
        return { ...over, idle: false, lastChunkNo: view?.lastChunkNo ?? 0 };
      }
      signal.throwIfAborted();
      const waiting = await whatWaits(db, batchId, limits);
      if (waiting === null) return over;
      if (!stops && isEnough(waiting, limits)) {
        const open = await openGroups(db, batchId);
        const sent = await outlastBusy(() => submit(batchId, batches, open));
        if (sent === 'paused') return { ...over, mustRead: true };
        // More may fit.
        if (sent === 'sent') return { ...over, idle: false };
      }
      const groups = await openGroups(db, batchId);
      if (groups.length === 0 && (cancel || !waiting.parked)) return over;
      const wait = waitFor(groups, waiting);
      const leftMs = isLate || (deadlineAtMs ?? null) === null ? Infinity : deadlineAtMs! - Date.now();
      return { ...over, idle: false, ...wait, waitMs: Math.max(1, Math.min(wait.waitMs, leftMs)) };
    },
  };
}

/** The exact count is asked for only when it may make a difference. */
async function whatWaits(db: Database, batchId: string, limits: SealLimits): Promise<Waiting | null> {
  const most = await waitingRequests(db, batchId, 'most');
  return most === null || !isEnough(most, limits) ? most : waitingRequests(db, batchId, 'exact');
}

/** Full, or nothing else is coming that could go with it. */
function isEnough({ requests, sizeBytes, oldestMs, moreToCome }: Waiting, limits: SealLimits): boolean {
  if (requests === 0) return false;
  const isFull = requests >= limits.requests || sizeBytes >= limits.sizeBytes;
  return isFull || !moreToCome || oldestMs > PATIENCE_MS;
}

/** The queue of the provider is full, or it is busy: the next round tries again. Anything else is for the workflow. */
async function outlastBusy<T>(work: () => Promise<T>): Promise<T | 'later'> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DocumentFailure && error.failureClass === 'transient') return 'later';
    throw error;
  }
}

/** A tenth of its age: most end within the hour, some after a day. */
function pollEvery({ ageMs }: Group): number {
  return Math.min(Math.max(ageMs / 10, POLL_MIN_MS), POLL_MAX_MS);
}

function isDue(group: Group): boolean {
  return group.sincePollMs === null || group.sincePollMs >= pollEvery(group);
}

/** A whole group was refused: no document is to blame, and the next group would fare no better. */
function forAll({ code, message, stage, context }: DocumentFailure): DocumentFailure {
  return critical(code, message, { stage, context });
}

function waitFor(groups: readonly Group[], waiting: Waiting): { waitMs: number; waitsFor: string } {
  const polls = groups.map((group) =>
    group.state === 'sealed' ? POLL_MIN_MS : pollEvery(group) - (group.sincePollMs ?? 0),
  );
  if (waiting.requests > 0 || groups.length === 0) polls.push(COLLECT_MS);
  const asked = groups.reduce((sum, { requests }) => sum + requests, 0);
  const leastMs = Math.max(100, (asked + waiting.requests) / REQUESTS_PER_MS);
  const waitsFor = `${groups.length} provider batches with ${asked} requests are under way, ${waiting.requests} requests wait`;
  return { waitMs: Math.max(leastMs, Math.min(...polls)), waitsFor };
}
