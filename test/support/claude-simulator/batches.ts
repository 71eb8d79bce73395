import { randomUUID } from 'node:crypto';
import { completeSomewhere } from './complete-somewhere.ts';
import type { FaultBook } from './faults.ts';
import type { Ledger } from './ledger.ts';
import type { PromptCache } from './prompt-cache.ts';
import type { MessagesRequest } from './request.ts';
import { randomFrom, requestKey, userText } from './request.ts';
import { ApiFault, errorBody, invalid } from './respond.ts';
import type { SimulatorSettings } from './settings.ts';
import { validateRequest } from './validate.ts';

interface Item {
  custom_id: string;
  params: unknown;
}

interface Batch {
  id: string;
  createdAtMs: number;
  endsAtMs: number;
  cancelledAtMs: number | null;
  items: Item[];
  /** As they are fetched, in shuffled order; made once, when the batch has ended. */
  results: string[];
  counts: Record<string, number>;
}

export interface BatchStore {
  create(body: unknown, sizeBytes: number): Record<string, unknown>;
  retrieve(id: string): Record<string, unknown>;
  list(query: URLSearchParams): Record<string, unknown>;
  cancel(id: string): Record<string, unknown>;
  remove(id: string): Record<string, unknown>;
  /** One JSON text per request, in shuffled order. */
  results(id: string): string[];
}

export interface BatchDeps {
  settings: () => SimulatorSettings;
  ledger: Ledger;
  cache: PromptCache;
  faults: FaultBook;
  tries: Map<string, number>;
  /** Where results can be fetched, without the path. */
  origin: () => string;
}

const DAY_MS = 86_400_000;
/** For each look at an ended batch. */
const ANSWER_MS = 500;
/** More are not left to those who look. */
const MANY = 5_000;
const CUSTOM_ID = /^[a-zA-Z0-9_-]{1,64}$/;

export function createBatchStore(deps: BatchDeps): BatchStore {
  const batches = new Map<string, Batch>();

  const find = (id: string): Batch => {
    const batch = batches.get(id);
    if (batch === undefined || Date.now() < batch.createdAtMs + deps.settings().batches.unknownForMs) {
      throw new ApiFault(404, 'not_found_error', `Message batch ${id} not found`);
    }
    return batch;
  };
  /** Answers what is left of an ended batch; of a large one a part at a time, so that other calls are answered meanwhile. */
  const isEnded = (batch: Batch): boolean => {
    if (Date.now() < batch.endsAtMs) return false;
    const untilMs = performance.now() + ANSWER_MS;
    while (batch.results.length < batch.items.length && performance.now() < untilMs) {
      const item = batch.items[batch.results.length]!;
      const result = resultOf(batch, item, deps);
      batch.results.push(JSON.stringify({ custom_id: item.custom_id, result }));
      batch.counts[result.type] = (batch.counts[result.type] ?? 0) + 1;
    }
    if (batch.results.length < batch.items.length) return false;
    // Hundreds of thousands of requests would stay in memory.
    if (batch.items.length > 0) shuffle(batch.results, randomFrom(batch.id));
    batch.items = [];
    return true;
  };

  const answerAll = (batch: Batch): void => {
    if (!isEnded(batch)) setImmediate(answerAll, batch);
  };

  const describe = (batch: Batch): Record<string, unknown> => {
    const ended = isEnded(batch);
    const none = { processing: 0, succeeded: 0, errored: 0, canceled: 0, expired: 0 };
    const counts = ended ? { ...none, ...batch.counts } : { ...none, processing: batch.items.length };
    const time = (ms: number | null) => (ms === null ? null : new Date(ms).toISOString());
    return {
      id: batch.id,
      type: 'message_batch',
      processing_status: ended ? 'ended' : batch.cancelledAtMs === null ? 'in_progress' : 'canceling',
      request_counts: counts,
      created_at: time(batch.createdAtMs),
      expires_at: time(batch.createdAtMs + DAY_MS),
      ended_at: ended ? time(batch.endsAtMs) : null,
      cancel_initiated_at: time(batch.cancelledAtMs),
      archived_at: null,
      results_url: ended ? `${deps.origin()}/v1/messages/batches/${batch.id}/results` : null,
    };
  };

  return {
    create: (body, sizeBytes) => {
      const { batches: limits } = deps.settings();
      if (sizeBytes > limits.maxBytes)
        throw new ApiFault(413, 'request_too_large', 'Request exceeds the maximum size');
      const items = itemsOf(body);
      if (items.length > limits.maxRequests)
        throw invalid(`requests: at most ${limits.maxRequests} are allowed`);
      const waiting = [...batches.values()].filter((batch) => !isEnded(batch));
      const queued = waiting.reduce((sum, batch) => sum + batch.items.length, 0);
      if (queued + items.length > limits.queueCap) {
        throw new ApiFault(429, 'rate_limit_error', 'Too many batch requests in the processing queue');
      }
      const createdAtMs = Date.now();
      const batch: Batch = {
        id: `msgbatch_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
        createdAtMs,
        endsAtMs: createdAtMs + limits.durationMs,
        cancelledAtMs: null,
        items,
        results: [],
        counts: {},
      };
      batches.set(batch.id, batch);
      if (items.length > MANY) setTimeout(answerAll, limits.durationMs, batch).unref();
      return describe(batch);
    },
    retrieve: (id) => describe(find(id)),
    list: (query) => page([...batches.values()].reverse().map(describe), query),
    cancel: (id) => {
      const batch = find(id);
      if (!isEnded(batch)) {
        batch.cancelledAtMs ??= Date.now();
        batch.endsAtMs = Math.min(batch.endsAtMs, Date.now() + 100);
      }
      return describe(batch);
    },
    remove: (id) => {
      if (!isEnded(find(id))) throw invalid('Only batches that have ended can be deleted');
      batches.delete(id);
      return { id, type: 'message_batch_deleted' };
    },
    results: (id) => {
      const batch = find(id);
      if (!isEnded(batch)) throw invalid(`Message batch ${id} has no results yet`);
      return batch.results;
    },
  };
}

function shuffle(values: unknown[], random: () => number): void {
  for (let last = values.length - 1; last > 0; last--) {
    const other = Math.floor(random() * (last + 1));
    [values[last], values[other]] = [values[other], values[last]];
  }
}

function itemsOf(body: unknown): Item[] {
  const requests = (body as { requests?: unknown } | null)?.requests;
  if (!Array.isArray(requests) || requests.length === 0) throw invalid('requests: at least one is required');
  const seen = new Set<string>();
  for (const [index, item] of (requests as Item[]).entries()) {
    if (typeof item.custom_id !== 'string' || !CUSTOM_ID.test(item.custom_id)) {
      throw invalid(`requests.${index}.custom_id: String should match pattern '${CUSTOM_ID.source}'`);
    }
    if (seen.has(item.custom_id)) throw invalid(`requests.${index}.custom_id: must be unique`);
    seen.add(item.custom_id);
  }
  return requests as Item[];
}

/** Bad parameters show only here, when the batch has ended; only what succeeded is billed. */
function resultOf(
  batch: Batch,
  { custom_id: customId, params }: Item,
  deps: BatchDeps,
): { type: string } & Record<string, unknown> {
  const requestId = `req_${randomUUID().replaceAll('-', '')}`;
  const errored = (fault: ApiFault) => ({ type: 'errored', error: errorBody(fault, requestId) });
  if (batch.cancelledAtMs !== null) return { type: 'canceled' };
  let request: MessagesRequest;
  try {
    request = validateRequest(params, { isBatch: true, maxSidePx: deps.settings().maxSidePx });
  } catch (error) {
    return errored(error as ApiFault);
  }
  const key = requestKey(request);
  const nth = (deps.tries.get(key) ?? 0) + 1;
  deps.tries.set(key, nth);
  const fault = deps.faults.next('messages', { text: userText(request), key, nth });
  if (fault?.kind === 'expired') return { type: 'expired' };
  if (fault?.kind === 'errored') return errored(new ApiFault(500, fault.type, fault.message ?? fault.type));
  if (fault?.kind === 'status')
    return errored(
      new ApiFault(fault.status, fault.type, fault.message ?? fault.type, { details: fault.details }),
    );
  const entry = deps.ledger.open({ requestId, endpoint: 'batch item', target: 'batch item' });
  Object.assign(entry, { batchId: batch.id, customId });
  const message = completeSomewhere(request, entry, {
    settings: deps.settings(),
    cache: deps.cache,
    fault,
    isBatch: true,
  });
  deps.ledger.close(entry, 200);
  return { type: 'succeeded', message };
}

function page(all: Record<string, unknown>[], query: URLSearchParams): Record<string, unknown> {
  const limit = Math.min(1_000, Math.max(1, Number(query.get('limit') ?? 20)));
  const at = (name: string) => all.findIndex(({ id }) => id === query.get(name));
  let rest = all;
  let hasMore: boolean;
  let data: Record<string, unknown>[];
  if (query.has('before_id')) {
    rest = all.slice(0, Math.max(0, at('before_id')));
    data = rest.slice(-limit);
    hasMore = rest.length > limit;
  } else {
    if (query.has('after_id')) rest = all.slice(at('after_id') + 1);
    data = rest.slice(0, limit);
    hasMore = rest.length > limit;
  }
  return { data, has_more: hasMore, first_id: data[0]?.id ?? null, last_id: data.at(-1)?.id ?? null };
}
