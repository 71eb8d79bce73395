import { Context } from '@temporalio/activity';
import type { createActivities } from '../../activities/index.ts';
import type {
  BatchOrders,
  ChunkResult,
  ControlOrder,
  DocumentOutcome,
  RetryTicket,
  StatusChange,
} from '../../activities/types.ts';

export interface ToyBatch {
  /** The row as `readOrders` shows it; change it and send `wake`, as our commands do. */
  row: BatchOrders;
  chunks: number;
  /** Called for every run of a chunk; `nth` counts from 1 per chunk. What it leaves out is "all done". */
  onChunk: (chunkNo: number, nth: number) => Partial<ChunkResult> | Promise<Partial<ChunkResult>>;
  onDocument: (documentId: string) => DocumentOutcome | Promise<DocumentOutcome>;
  onRecordStatus: (change: StatusChange) => void;
  onSummarize: () => Promise<void>;
  /** `finishBatch` asks for it before it is finished. */
  mustSummarize: boolean;
  /** What waits for a retry; taken rows are free again under another token. */
  retrying: (RetryTicket & { token?: string })[];
  /** What each `finishBatch` answers before the last: chunks that turn out to be open. */
  openAtFinish: number[][];
  runsOf: Map<number, number>;
  inFlight: Set<number>;
  peakChunks: number;
  documentsInFlight: number;
  peakDocuments: number;
  documents: string[];
  recorded: StatusChange[];
  ordered: ControlOrder[];
}

/** A batch in memory whose activities follow the contract of activities/types.ts, one document per chunk. */
export function toyBatch(given: Partial<ToyBatch> = {}): ToyBatch {
  return {
    row: {
      control: 'run',
      controlSeq: 0,
      controlNow: false,
      status: 'pending',
      statusReason: null,
      generation: 0,
      parallel: 5,
      batchSize: 50,
      priority: 3,
      liveWorkers: 1,
      firstOpenChunk: 1,
      lastChunkNo: 0,
      name: 'toy',
      totals: { total: 0, completed: 0, failed: 0 },
    },
    chunks: 3,
    onChunk: () => ({}),
    onDocument: () => ({ state: 'completed' }),
    onRecordStatus: () => undefined,
    onSummarize: () => Promise.resolve(),
    mustSummarize: false,
    retrying: [],
    openAtFinish: [],
    runsOf: new Map(),
    inFlight: new Set(),
    peakChunks: 0,
    documentsInFlight: 0,
    peakDocuments: 0,
    documents: [],
    recorded: [],
    ordered: [],
    ...given,
  };
}

/** The activities of all toy batches, by batch id. */
export function toyActivities(batches: ReadonlyMap<string, ToyBatch>): ReturnType<typeof createActivities> {
  const batchOf = ({ batchId }: { batchId: string }): ToyBatch => batches.get(batchId)!;
  const totals = ({ chunks, runsOf }: ToyBatch) => ({ total: chunks, completed: runsOf.size, failed: 0 });
  return {
    batch: {
      processChunk: async ({ batchId, chunkNo }) => {
        const batch = batchOf({ batchId });
        const nothing = { completed: 0, failed: 0, retrying: 0, handedBack: 0, stop: null, waitMs: 0 };
        if (batch.row.control !== 'run')
          return { ...nothing, handedBack: 1, stop: 'control', totals: totals(batch) };
        batch.inFlight.add(chunkNo);
        batch.peakChunks = Math.max(batch.peakChunks, batch.inFlight.size);
        const nth = (batch.runsOf.get(chunkNo) ?? 0) + 1;
        batch.runsOf.set(chunkNo, nth);
        try {
          const result = await batch.onChunk(chunkNo, nth);
          return { ...nothing, completed: 1, totals: totals(batch), ...result };
        } finally {
          batch.inFlight.delete(chunkNo);
        }
      },
      processDocument: async ({ batchId, documentId }) => {
        const batch = batchOf({ batchId });
        batch.documentsInFlight += 1;
        batch.peakDocuments = Math.max(batch.peakDocuments, batch.documentsInFlight);
        try {
          const outcome = await batch.onDocument(documentId);
          batch.documents.push(documentId);
          batch.retrying = batch.retrying.filter((row) => row.documentId !== documentId);
          return outcome;
        } finally {
          batch.documentsInFlight -= 1;
        }
      },
    },
    control: {
      summarizeBatch: (ref) => batchOf(ref).onSummarize(),
      prepareScheduledBatch: () => Promise.reject(new Error('not in these tests')),
      planPage: (ref) => Promise.resolve({ lastChunkNo: batchOf(ref).chunks, planned: true }),
      readOrders: (ref) => Promise.resolve({ ...batchOf(ref).row }),
      takeRetries: async ({ batchId, token }) => {
        const batch = batchOf({ batchId });
        const context = Context.current();
        for (;;) {
          const free = batch.retrying.filter((row) => row.token !== token).slice(0, 50);
          for (const row of free) row.token = token;
          if (free.length > 0)
            return free.map(({ documentId, label, dueMs }) => ({ documentId, label, dueMs }));
          context.heartbeat();
          await context.sleep(30);
        }
      },
      findGoneRetries: ({ batchId, documentIds }) => {
        const { retrying } = batchOf({ batchId });
        const left = new Set(retrying.map(({ documentId }) => documentId));
        return Promise.resolve(documentIds.filter((id) => !left.has(id)));
      },
      recordStatus: (change) => {
        const batch = batchOf(change);
        batch.onRecordStatus(change);
        // A newer order is in the row: the workflow reads that first.
        if (batch.row.controlSeq > change.controlSeq) return Promise.resolve();
        batch.recorded.push(change);
        batch.row.status = change.status;
        if (change.status === 'halted' && batch.row.control === 'run') {
          batch.row.control = 'halt';
          batch.row.controlSeq += 1;
        }
        return Promise.resolve();
      },
      orderControl: (order) => {
        const batch = batchOf(order);
        batch.ordered.push(order);
        give(batch, order.control);
        return Promise.resolve();
      },
      driveProvider: () => Promise.resolve({ idle: true, lastChunkNo: 0, mustRead: false }),
      cancelRemaining: (ref) => Promise.resolve(totals(batchOf(ref))),
      finishBatch: (ref) => {
        const batch = batchOf(ref);
        const open = batch.openAtFinish.shift();
        if (open !== undefined || batch.retrying.length > 0) {
          const lastChunkNo = batch.chunks;
          const openChunks = open ?? [];
          return Promise.resolve({
            finished: false,
            lastChunkNo,
            openChunks,
            retrying: batch.retrying.length,
          });
        }
        if (batch.mustSummarize) {
          const nothing = { lastChunkNo: batch.chunks, openChunks: [], retrying: 0 };
          return Promise.resolve({ finished: false, ...nothing, summarize: true });
        }
        return Promise.resolve({ finished: true, status: 'completed', totals: totals(batch) });
      },
    },
  };
}

/** Writes an order into the row, as a command does before it sends `wake`. */
export function give(batch: ToyBatch, control: BatchOrders['control']): void {
  batch.row.control = control;
  batch.row.controlSeq += 1;
}
