import { measureAnswers, readAnswers } from '../db/aggregate.ts';
import { readFacts } from '../db/aggregate-facts.ts';
import type { Database } from '../db/database.ts';
import type { SummaryClaim, SummaryEnd } from '../db/summaries.ts';
import { claimSummary, endSummary, keepAnswer, paySummary, recallAnswer } from '../db/summaries.ts';
import { readBatchViews } from '../db/workers.ts';
import type { Summarizer, SummaryInput, SummarySpec } from '../domain/aggregate.ts';
import { addedFields } from '../domain/aggregate.ts';
import type { DocumentFailure } from '../domain/failure.ts';
import type { Recipe } from '../domain/recipe.ts';
import { nextAttempt } from '../domain/retry.ts';
import type { CallVerdict } from './consequence.ts';
import { FINE, asDocumentFailure, verdictOf } from './consequence.ts';
import type { Gate } from './gate.ts';
import { createGate } from './gate.ts';
import { createLimiter } from './limiter.ts';
import { NoCallNow } from './meter.ts';
import { DatabaseUnavailable, outlastOutage } from './outage.ts';
import { createSummaryMeter } from './summary-meter.ts';

export interface SummaryDeps {
  db: Database;
  workerId: string;
  createSummarizer(recipe: Pick<Recipe, 'parameters'>): Summarizer;
}

export interface SummaryRound {
  /** Null: it is made, or has failed for good, or an order stands in the way. */
  waitMs: number | null;
  waitsFor: string;
}

const DONE: SummaryRound = { waitMs: null, waitsFor: '' };
/** How often a gate that somebody else probes is looked at. */
const GATE_MS = 1_000;
const LOOK_MS = 500;

/**
 * One try to make the summary of a batch whose documents are done. Everything it knows is rows: any worker may do any try,
 * and what was answered before is not asked again. A failure is kept with the summary, and never the batch's.
 */
export async function summarizeBatch(
  deps: SummaryDeps,
  batchId: string,
  signal: AbortSignal,
): Promise<SummaryRound> {
  const { db } = deps;
  const claim = await outlastOutage(() => claimSummary(db, batchId));
  if (claim === null || claim.control !== 'run' || claim.spec.summary === null) return DONE;
  const summarizer = deps.createSummarizer(claim);
  const gate = createGate(db, summarizer, deps.workerId, {
    callTimeoutMs: claim.settings.timeoutMs,
    isNeeded: () => true,
  });
  await gate.refresh();
  let isProbe = gate.isClosed();
  if (isProbe && !(await gate.claimProbe())) {
    return { waitMs: Math.max(GATE_MS, gate.probeInMs()), waitsFor: 'the gate of Claude is closed' };
  }
  const fence = { batchId, epoch: claim.epoch };
  const end = (how: SummaryEnd): Promise<void> => outlastOutage(() => endSummary(db, fence, how));
  const aborting = abortOnOrder(db, batchId, signal);
  const mayAsk = async (): Promise<void> => {
    if (signal.aborted) throw new NoCallNow('Stopped');
    const [view] = await outlastOutage(() => readBatchViews(db, [batchId]));
    if (view?.control !== 'run') throw new NoCallNow('The batch stands still');
    await gate.refresh();
    if (gate.isClosed() && !isProbe) throw new NoCallNow('The gate is closed');
  };
  /** The first answer tells all that wait at the gate; the rest of a long summary is not their business. */
  const onAnswer = async (): Promise<void> => {
    if (!isProbe) return;
    isProbe = false;
    await gate.endProbe(FINE);
  };
  let made: Awaited<ReturnType<typeof makeSummary>>;
  try {
    made = await makeSummary(deps, {
      ...{ batchId, claim, summarizer, mayAsk, onAnswer },
      ...{ signal: aborting.signal, stopped: signal },
    });
  } catch (error) {
    if (error instanceof DatabaseUnavailable) {
      if (isProbe) await gate.endProbe(null).catch(() => undefined);
      throw error;
    }
    const isStopped = error instanceof NoCallNow || aborting.signal.aborted;
    const failure = isStopped ? null : asDocumentFailure(error);
    const verdict = failure === null ? null : verdictOf(failure, true);
    await tell(gate, isProbe, verdict);
    if (failure === null) return DONE;
    const atGateMs = gate.isClosed() && verdict?.ok === false ? Math.max(GATE_MS, gate.probeInMs()) : null;
    const [how, round] = consequence(claim, failure, atGateMs);
    await end(how);
    return round;
  } finally {
    aborting.end();
  }
  const { calls, ...told } = made;
  await tell(gate, isProbe, calls === 0 ? null : FINE);
  await end({ state: 'made', ...told, model: claim.spec.summary.model });
  return DONE;
}

/** A transient failure is tried again as one of a document; at a closed gate that costs no attempt. */
function consequence(
  { attempts, settings }: SummaryClaim,
  failure: DocumentFailure,
  atGateMs: number | null,
): [SummaryEnd, SummaryRound] {
  const { failureClass, code, message, retryAfterMs } = failure;
  const made = attempts + (atGateMs === null ? 1 : 0);
  const ownWaitMs = failureClass === 'transient' ? nextAttempt(settings, made, retryAfterMs) : null;
  const waitMs = atGateMs ?? ownWaitMs;
  const state = waitMs === null ? 'failed' : 'due';
  return [
    { state, failureClass, code, message, attempts: made },
    { waitMs, waitsFor: `${code}: ${message}` },
  ];
}

interface SummaryTry {
  batchId: string;
  claim: SummaryClaim;
  summarizer: Summarizer;
  mayAsk(): Promise<void>;
  onAnswer(): Promise<void>;
  /** Cuts calls off. */
  signal: AbortSignal;
  /** Ends waiting. */
  stopped: AbortSignal;
}

async function makeSummary(
  { db, workerId }: SummaryDeps,
  { batchId, claim, summarizer, mayAsk, onAnswer, signal, stopped }: SummaryTry,
): Promise<{ summary: string; answersRead: number; answers: number; calls: number }> {
  const { epoch, settings } = claim;
  const spec = claim.spec.summary!;
  const { answers, chars } = await outlastOutage(() => measureAnswers(db, batchId, addedFields));
  const every = everyManieth(chars, spec);
  const limiter = createLimiter(db, summarizer.provider);
  const meter = createSummaryMeter({ db, workerId, batchId, epoch, limiter, mayAsk, stopped });
  const input: SummaryInput = {
    ...{ spec, timeoutMs: settings.timeoutMs, meter },
    facts: await outlastOutage(() => readFacts(db, batchId, claim.spec)),
    answers: (from) =>
      readSteadily((at) => readAnswers(db, batchId, { every, from: at, without: addedFields }), from),
    recall: (requestSha256) =>
      outlastOutage(() => recallAnswer(db, batchId, { requestSha256, shared: settings.cache })),
    // Together, so that a kill never leaves a bill without what was paid for.
    keep: async (requestSha256, answer) => {
      await outlastOutage(() =>
        db.transaction(async (tx) => {
          await paySummary(tx, { batchId, epoch }, meter.bill());
          await keepAnswer(tx, batchId, { requestSha256, answer });
        }),
      );
      meter.settled();
      await onAnswer();
    },
  };
  try {
    return { ...(await summarizer.summarize(input, signal)), answers };
  } catch (error) {
    await meter.giveUp();
    throw error;
  }
}

/** Goes on where it was when the database failed: the order is always the same. */
async function* readSteadily(
  read: (from: number) => AsyncIterable<string>,
  from: number,
): AsyncIterable<string> {
  let at = from;
  const open = (): AsyncIterator<string> => read(at)[Symbol.asyncIterator]();
  let rows = open();
  try {
    for (;;) {
      const next = await outlastOutage(async () => {
        try {
          return await rows.next();
        } catch (error) {
          rows = open();
          throw error;
        }
      });
      if (next.done === true) return;
      at += 1;
      yield next.value;
    }
  } finally {
    await rows.return?.();
  }
}

/** All answers, or as many as the allowed calls can take in; pieces are not quite full. */
function everyManieth(chars: number, { maxChars, maxCalls }: SummarySpec): number {
  return chars <= maxChars ? 1 : Math.max(1, Math.ceil(chars / (maxChars * maxCalls * 0.97)));
}

/** An order that stops at once, or a worker that ends, cuts the call off; any other lets it finish. */
function abortOnOrder(
  db: Database,
  batchId: string,
  signal: AbortSignal,
): { signal: AbortSignal; end(): void } {
  const stop = new AbortController();
  const look = async (): Promise<void> => {
    const isOrder = (signal.reason as Error).message === 'CANCELLED';
    const isNow = !isOrder || (await readBatchViews(db, [batchId]))[0]?.controlNow === true;
    if (isNow) stop.abort(signal.reason);
  };
  const timer = setInterval(() => {
    if (signal.aborted) look().catch(() => undefined);
  }, LOOK_MS);
  return { signal: stop.signal, end: () => clearInterval(timer) };
}

async function tell(gate: Gate, isProbe: boolean, verdict: CallVerdict): Promise<void> {
  if (verdict?.stopsAll === true) await gate.stop(verdict.reason, verdict.retryAfterMs);
  if (isProbe) await gate.endProbe(verdict);
  if (verdict !== null) await gate.record(verdict);
}
