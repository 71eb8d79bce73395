import type { BatchStatus, Control } from '../src/domain/batch.ts';
import type { ScheduledBatch } from '../src/domain/scheduled-batch.ts';

/** Everything that crosses between BatchWorkflow and its activities. Fields may be added, never renamed. */
export interface BatchRef {
  batchId: string;
}

export interface ChunkRef extends BatchRef {
  chunkNo: number;
}

export interface DocumentRef extends BatchRef {
  documentId: string;
}

export interface BatchTotals {
  total: number;
  completed: number;
  failed: number;
}

/** Why a chunk or a document was handed back unfinished. */
export type StopReason = 'control' | 'gate' | 'draining';

export interface ChunkResult {
  completed: number;
  failed: number;
  retrying: number;
  /** Documents left to provider batches. Absent in histories of before. */
  parked?: number;
  /** Items of this chunk that are still to be done; the workflow dispatches the chunk again. */
  handedBack: number;
  stop: StopReason | null;
  /** With stop `gate`: milliseconds until the next probe may be made. */
  waitMs: number;
  totals: BatchTotals | null;
  /** Documents inside documents add chunks while the batch runs. Absent in histories of before. */
  lastChunkNo?: number;
}

export interface DocumentOutcome {
  state: 'completed' | 'failed' | 'parked' | 'gone' | 'stopped';
}

export interface PlanResult {
  lastChunkNo: number;
  planned: boolean;
}

/** The row as the workflow needs it; read on every wake-up. */
export interface BatchOrders {
  control: Control;
  controlSeq: number;
  controlNow: boolean;
  status: BatchStatus;
  statusReason: string | null;
  generation: number;
  parallel: number;
  batchSize: number;
  priority: number;
  liveWorkers: number;
  /** Documents wait for provider batches. Absent in histories of before. */
  asksProvider?: boolean;
  /** The lowest chunk with an item to do; one after the last when there is none. */
  firstOpenChunk: number;
  lastChunkNo: number;
  name: string;
  totals: BatchTotals;
}

export interface TakeRetries extends BatchRef {
  /** `<runId>:<era>`: rows taken under another token are free again. */
  token: string;
  /** A repeated call with the same number returns the same rows. */
  callNo: number;
}

export interface RetryTicket {
  documentId: string;
  /** The document's name, for the Web UI. */
  label: string;
  /** Milliseconds until its activity should start, which waits out the rest. */
  dueMs: number;
}

export interface RetriesInHand extends BatchRef {
  /** At most 50. */
  documentIds: string[];
}

export interface StatusChange extends BatchRef {
  status: 'paused' | 'halted' | 'processing';
  reason: string | null;
  detail: string | null;
  /** Acknowledges the order that led here. */
  controlSeq: number;
}

export interface ControlOrder extends BatchRef {
  control: Control;
  now: boolean;
  actor: string;
  reason: string | null;
}

export type FinishResult =
  | { finished: true; status: BatchStatus; totals: BatchTotals }
  | {
      finished: false;
      lastChunkNo: number;
      openChunks: number[];
      retrying: number;
      parked?: number;
      awaitsReview?: boolean;
      /** Nothing is left but the summary of the batch. Absent in histories of before. */
      summarize?: boolean;
    };

export interface ProviderRound extends BatchRef {
  /** Cancel at the provider what is there, and wait for what is billed all the same. */
  cancel: boolean;
}

export interface ProviderNews {
  /** Nothing is left to ask or to wait for. */
  idle: boolean;
  /** Answers came: their documents are in chunks up to this one. */
  lastChunkNo: number;
  /** An order was given meanwhile. */
  mustRead: boolean;
}

export interface ScheduleStart {
  workflowId: string;
  scheduledAt: string;
  spec: ScheduledBatch;
}

/** The signatures that BatchWorkflow sees; createActivities returns them. */
export interface BatchActivities {
  processChunk(chunk: ChunkRef): Promise<ChunkResult>;
  processDocument(document: DocumentRef): Promise<DocumentOutcome>;
}

export interface ControlActivities {
  prepareScheduledBatch(start: ScheduleStart): Promise<BatchRef>;
  planPage(batch: BatchRef): Promise<PlanResult>;
  readOrders(batch: BatchRef): Promise<BatchOrders>;
  takeRetries(request: TakeRetries): Promise<RetryTicket[]>;
  /** Those of them that are not to be retried any more. */
  findGoneRetries(retries: RetriesInHand): Promise<string[]>;
  recordStatus(change: StatusChange): Promise<void>;
  orderControl(order: ControlOrder): Promise<void>;
  /** Null when `cancel` is not the row's order any more. */
  /** `status` is absent in histories of before, and `cancelled` then. */
  cancelRemaining(batch: BatchRef): Promise<(BatchTotals & { status?: BatchStatus }) | null>;
  finishBatch(batch: BatchRef): Promise<FinishResult>;
  /** One round of asking by the batch; while there is only to wait it fails, and Temporal tries again later. */
  driveProvider(round: ProviderRound): Promise<ProviderNews>;
  /** Makes the summary of a batch whose documents are done; while there is only to wait it fails, as `driveProvider` does. */
  summarizeBatch(batch: BatchRef): Promise<void>;
}
