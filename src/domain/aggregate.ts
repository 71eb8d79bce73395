import type { Json } from './analyzer.ts';
import type { Meter } from './money.ts';

/** How the answers of a batch become one result; frozen into the batch, and no part of its recipe. */
export interface AggregateSpec {
  /** Fields of the answer; documents with equal values are a group. */
  groupBy: string[];
  /** Whether the documents of each group are counted. */
  count: boolean;
  /** Fields that are added up, exactly and by currency; `lines[].amount` adds up those of all lines. */
  sum: string[];
  /** The field with the document's currency; null: only what stands at a number tells it. */
  currency: string | null;
  summary: SummarySpec | null;
}

/** What Claude is asked about all answers of a batch, at its end. */
export interface SummarySpec {
  prompt: string;
  model: string;
  /** Output tokens of one call at most. */
  maxTokens: number;
  language: string;
  /** Longer answers go in pieces, whose summaries are summarized. */
  maxChars: number;
  /** So many pieces at most: of more answers every second, third … is read. */
  maxCalls: number;
}

/** Which documents a result is over. */
export interface Coverage {
  /** With an answer that counts. */
  documents: number;
  of: number;
  /** Their files are documents of their own. */
  archives: number;
  failed: number;
  /** They wait for a person, and do not count yet. */
  review: number;
  skipped: number;
  cancelled: number;
  open: number;
  /** Completed, and their answers were pruned. */
  withoutAnswer: number;
}

export interface Sum {
  field: string;
  /** Null: the document does not say it. */
  currency: string | null;
  /** Decimal digits, exact. */
  sum: string;
  documents: number;
}

export interface Group {
  /** One for each of `groupBy`; null: the answer has none. */
  key: (string | null)[];
  documents: number;
  sums: Sum[];
}

/** Documents whose answer has no value, or none that is an amount without doubt. */
export interface Gap {
  field: string;
  kind: 'missing' | 'unreadable';
  documents: number;
  /** Names of some. */
  examples: string[];
}

export interface Summary {
  /** `stale`: documents were taken up again since. `due`: it is still to be made. */
  state: 'made' | 'stale' | 'due' | 'failed';
  text: string | null;
  model: string | null;
  answersRead: number | null;
  answers: number | null;
  /** Of all calls for summaries of this batch. */
  calls: number;
  costNanoUsd: number;
  failure: { class: string; code: string; message: string } | null;
  madeAt: Date | null;
}

/** What docbatch itself adds to answers of Claude; it differs from run to run and says nothing about the document. */
export const addedFields = ['grounding', 'checks', 'claude', 'injection'] as const;

/** A field such as `lines[].amount` as PostgreSQL's jsonpath. */
export function jsonPath(field: string): string {
  const steps = field.split('.').map((step) => {
    const isList = step.endsWith('[]');
    return `."${isList ? step.slice(0, -2) : step}"${isList ? '[*]' : ''}`;
  });
  return `lax $${steps.join('')}`;
}

/** `over 97 of 100 documents; 3 failed`. */
export function describeCoverage(coverage: Coverage): string {
  const { documents, of, archives, failed, review, skipped, cancelled, open, withoutAnswer } = coverage;
  const rest = {
    [archives === 1 ? 'archive' : 'archives']: archives,
    failed,
    'to review': review,
    skipped,
    cancelled,
    'still to do': open,
    'without an answer any more': withoutAnswer,
  };
  const said = Object.entries(rest).flatMap(([what, count]) => (count > 0 ? [`${count} ${what}`] : []));
  return [`over ${documents} of ${of} documents`, ...(said.length > 0 ? [said.join(', ')] : [])].join('; ');
}

/** `12 documents have no seller, such as a.pdf, b.pdf`. */
export function describeGap({ field, kind, documents, examples }: Gap): string {
  const what =
    kind === 'missing' ? `without \`${field}\`` : `with a \`${field}\` that is no number without doubt`;
  const more = documents > examples.length ? ', …' : '';
  return `${documents === 1 ? '1 document' : `${documents} documents`} ${what}: ${examples.join(', ')}${more}`;
}

/** `EUR 1234.50`, and only the number where no currency is known. */
export function describeSum({ currency, sum }: Pick<Sum, 'currency' | 'sum'>): string {
  return currency === null ? sum : `${currency} ${sum}`;
}

/** What a summarizer needs of one batch. */
export interface SummaryInput {
  spec: SummarySpec;
  /** What was counted, for the model to use. */
  facts: Json;
  /** JSON texts from a place on, in an order that follows from their contents; may be left at any time. */
  answers(from: number): AsyncIterable<string>;
  /** Milliseconds one call may take. */
  timeoutMs: number;
  meter: Meter;
  /** What was answered to the same request before. */
  recall(requestSha256: string): Promise<string | null>;
  /** Called at once for each answer that was paid for. */
  keep(requestSha256: string, answer: string): Promise<void>;
}

/** Writes the one summary of a batch. Failures are thrown as `DocumentFailure`. */
export interface Summarizer {
  /** As an analyzer has it: the same gate and limits. */
  readonly provider: string;
  readonly sharesLimits: boolean;
  summarize(
    input: SummaryInput,
    signal: AbortSignal,
  ): Promise<{ summary: string; answersRead: number; calls: number }>;
}
