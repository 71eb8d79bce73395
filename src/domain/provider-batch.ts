import type { Json } from './analyzer.ts';
import type { PaidCall } from './money.ts';

/** One question about one document, to be asked in a provider batch. */
export interface ProviderRequest {
  /** Equal for equal questions. */
  key: string;
  /** The parameters, as JSON. */
  body: string;
  worstNanoUsd: number;
}

/** What was said to one request; with `requestId` it was asked online, and counted as a call in that try. */
export type ProviderAnswer =
  | { type: 'succeeded'; message: Json; requestId?: string }
  | { type: 'errored'; error: Json }
  | { type: 'expired' | 'canceled' };

/** An answer to an online call, with the key of its request. */
export interface KeptAnswer {
  key: string;
  answer: { type: 'succeeded'; message: Json; requestId: string };
}

/** Answers that are there already, by request key, each with the id under which it was asked. */
export type RecordedAnswers = ReadonlyMap<string, ProviderAnswer & { customId: string }>;

/** Thrown by an analysis that can go on only when these were answered. */
export class AwaitsAnswers extends Error {
  override readonly name = 'AwaitsAnswers';
  readonly requests: readonly ProviderRequest[];
  constructor(requests: readonly ProviderRequest[]) {
    super('The document waits for a provider batch');
    this.requests = requests;
  }
}

/** The create call gave no answer that says whether a batch was made. */
export class UnknownOutcome extends Error {
  override readonly name = 'UnknownOutcome';
}

export interface ProviderBatchSeen {
  id: string;
  hasEnded: boolean;
  requests: number;
  createdAt: Date;
  expiresAt: Date;
}

export interface ProviderResult {
  customId: string;
  answer: ProviderAnswer;
  /** Null: not billed. */
  paid: PaidCall | null;
}

/** What goes into one provider batch, one after the other: together it may be 256 MB. */
export interface RequestStream {
  count: number;
  /** Of all bodies. */
  sizeBytes: number;
  read(): AsyncIterable<{ customId: string; body: string }>;
}

/** How an analyzer asks by the batch. Failures are `DocumentFailure`s by the same table as everywhere. */
export interface ProviderBatches {
  /** Whose queue all batches share. */
  readonly provider: string;
  /** Makes one batch, or fails; throws `UnknownOutcome` when nobody can say. Never tries twice. */
  create(requests: RequestStream, timeoutMs: number): Promise<ProviderBatchSeen>;
  /** Newest first, back to `since`. */
  list(since: Date, signal: AbortSignal): AsyncIterable<ProviderBatchSeen>;
  /** Null when the provider does not know it. */
  look(id: string, signal: AbortSignal): Promise<ProviderBatchSeen | null>;
  /** In any order. */
  results(id: string, signal: AbortSignal): AsyncIterable<ProviderResult>;
  cancel(id: string, signal: AbortSignal): Promise<void>;
}

/** True once a batch's deadline, if it has one, has passed. */
export function isOver(deadlineAtMs: number | null | undefined, nowMs = Date.now()): boolean {
  return (deadlineAtMs ?? null) !== null && nowMs >= deadlineAtMs!;
}
