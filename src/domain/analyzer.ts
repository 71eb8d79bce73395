import type { Extraction } from './extraction.ts';
import type { InjectionPolicy } from './injection.ts';
import type { Meter } from './money.ts';
import type { PictureOrder, Rendered } from './pictures.ts';
import type { KeptAnswer, ProviderBatches, RecordedAnswers } from './provider-batch.ts';

export type Json = string | number | boolean | null | Json[] | { [key: string]: Json };

/** What an analyzer gets to see of one document. */
export interface AnalysisInput {
  documentId: string;
  batchId: string;
  uri: string;
  name: string;
  mimeType: string;
  sizeBytes: number;
  contentSha256: string;
  /** From 1; the number of this try. */
  attempt: number;
  extraction: Extraction;
  /** Milliseconds this analysis may take. */
  timeoutMs: number;
  /** What can be seen of the document; made anew each time, since it is large. Throws `DocumentFailure`. */
  render(order: PictureOrder): Promise<Rendered>;
  /** Only for analyzers whose calls cost money. */
  meter: Meter;
  /** What was answered so far, only for analyzers that keep answers. */
  recorded?: {
    answers: RecordedAnswers;
    hasBudget: boolean;
    /** What has no answer is asked online: always, or because the deadline is over. */
    isOnline: boolean;
    /** Call it for each answer to an online call: when this try fails, the next one need not pay for it again. */
    keep(answer: KeptAnswer): void;
  };
}

export interface Analysis {
  /** The answer, stored as `document_results.result`. */
  answer: Json;
  /** Calls made to the other side, and those it answered with success; 0 and 0 for analyzers without calls. */
  calls: number;
  callsOk: number;
}

/** What reads extracted content. Failures are thrown as `DocumentFailure` with stage `analyze`. */
export interface Analyzer {
  /** `local`, `exec`, `http`, `claude`: shown to users as `analyzer: local`. */
  readonly name: string;
  readonly version: string;
  /** Key of the gate and the limits that all calls to the same other side share. */
  readonly provider: string;
  /** Whether each analysis is a call to something outside, counted in the API efficiency. */
  readonly makesCalls: boolean;
  /** Whether a `retry-after` is meant for all callers: then every worker waits. @default false */
  readonly sharesLimits?: boolean;
  /** What becomes of documents that give orders to a model. @default 'ignore': there is no model that could obey */
  readonly onInjection?: InjectionPolicy;
  /** Whether a document may need several paid calls, so that their answers are kept for its next try. @default false */
  readonly keepsAnswers?: boolean;
  /** Set when it asks by the batch: `analyze` then answers from what is recorded, or throws `AwaitsAnswers`. */
  readonly batches?: ProviderBatches;
  /** Everything besides content that decides the answer; part of the recipe's hash. */
  cacheKey(): string;
  /** Throws a critical `DocumentFailure` when no document can succeed (program missing, key refused). */
  preflight(signal: AbortSignal): Promise<void>;
  analyze(document: AnalysisInput, signal: AbortSignal): Promise<Analysis>;
}
