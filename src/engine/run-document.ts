import { access, constants } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { Json } from '../domain/analyzer.ts';
import type { BatchSettings } from '../domain/batch.ts';
import type { Extraction } from '../domain/extraction.ts';
import { DocumentFailure } from '../domain/failure.ts';
import { describeSuspicions, suspicionsAgainst } from '../domain/injection.ts';
import { describeFailureCode } from '../domain/failure-codes.ts';
import { isReadSo } from '../domain/ocr.ts';
import type { PictureOrder } from '../domain/pictures.ts';
import type { KeptAnswer } from '../domain/provider-batch.ts';
import { AwaitsAnswers } from '../domain/provider-batch.ts';
import type { ClaimedItem } from '../db/claims.ts';
import type { ChildDocument, Outcome } from '../db/commit-outcomes.ts';
import { hasBill } from '../db/commit-outcomes.ts';
import type { Database } from '../db/database.ts';
import { cachedResults, loadText } from '../db/texts.ts';
import type { DocumentFile, Sandbox } from '../sandbox/pool.ts';
import type { Extracted, KnownText } from '../sandbox/requests.ts';
import type { Task } from './active-batch.ts';
import type { CallVerdict } from './consequence.ts';
import { FINE, asDocumentFailure, callsOf, consequence, verdictOf } from './consequence.ts';
import type { Bill, MeterDeps } from './meter.ts';
import { NoCallNow, createMeter } from './meter.ts';
import { DatabaseUnavailable, outlastOutage } from './outage.ts';
import { asksByBatch, settingsOf } from './tasks.ts';
import { watched } from './watched.ts';
import { withPasswords } from '../sandbox/with-passwords.ts';
import { sharedAnswer } from './shared-answer.ts';
import { childrenOf, describeArchive, mayHaveChildren, nameInUri } from './children.ts';

export interface DocumentDeps extends MeterDeps {
  sandbox: Sandbox;
}

export interface DocumentRun {
  /** Null: nothing happened that counts (aborted, not asked, or the database was away); the item goes back without an attempt. */
  outcome: Outcome | null;
  verdict: CallVerdict;
  /** Another document with the same content is being asked about: look again after this. @default 0 */
  waitMs?: number;
}

interface Facts {
  contentSha256: string | null;
  mimeType: string | null;
  sizeBytes: number | null;
  text: Extraction | null;
  children: ChildDocument[];
  /** What was read, for the case that no call may be made now. */
  read: Extracted | null;
  /** Set from the moment the analyzer is asked. */
  asked: boolean;
  /** What the analyzer's calls were billed so far. */
  bill: Bill;
  /** What they answered. */
  kept: KeptAnswer[];
}

/** The analyzer's own time-out comes first; this only finds one that ignores it. */
const WATCHDOG_GRACE_MS = 10_000;
/** How often a document looks whether the answer that it waits for is there; it holds no slot meanwhile. */
const OTHER_MS = 300;

/** Begins to read a document that waits for its slot; what comes of it, a failure too, is told when it has one. */
export function readAhead(sandbox: Sandbox, task: Task): void {
  if (isHalfAnswered(task)) return;
  const extracted = extract(sandbox, task, knownTextOf(task));
  const reading: Task['reading'] = { extracted, startedAtMs: performance.now(), endedAtMs: null };
  const end = (): void => {
    reading.endedAtMs = performance.now();
  };
  extracted.then(end, end);
  task.reading = reading;
}

/**
 * Reads, looks up, analyzes one document, in a slot. Whatever happens is an outcome, but for `DatabaseUnavailable`: that
 * is thrown, since it is about the batch.
 */
export async function runDocument(deps: DocumentDeps, task: Task): Promise<DocumentRun> {
  const startedAtMs = performance.now() - readAheadMs(task);
  const facts: Facts = {
    contentSha256: null,
    mimeType: null,
    sizeBytes: null,
    text: null,
    children: [],
    read: null,
    asked: false,
    bill: { paid: [], lostNanoUsd: 0 },
    kept: [],
  };
  const base = () => ({
    documentId: task.item.documentId,
    epoch: task.item.epoch,
    controlSeq: task.controlSeq,
    from: task.from,
    failure: null,
    nextAttemptMs: null,
    durationMs: performance.now() - startedAtMs,
    cached: false,
    contentSha256: facts.contentSha256,
    mimeType: facts.mimeType,
    sizeBytes: facts.sizeBytes,
    result: undefined,
    text: facts.text,
    children: facts.children,
    calls: 0,
    callsOk: 0,
    // Also the first try after the command `retry`.
    isRetry: task.item.attempts > 0,
    requests: [],
    kept: facts.kept,
    ...facts.bill,
  });
  // What a provider batch said hours ago says nothing about the other side of now.
  const isCall = () => facts.asked && !asksByBatch(task);
  // Back without an attempt; what was paid on the way is recorded all the same.
  const putBack = (): DocumentRun => ({
    outcome: hasBill(facts.bill) ? { ...base(), state: 'pending' } : null,
    verdict: null,
  });
  try {
    const worked = await work(deps, task, facts);
    if (worked === null) return { ...putBack(), waitMs: task.waitsForOther ? OTHER_MS : 0 };
    const { answer, cached, calls, callsOk } = worked;
    const verdict = isCall() ? FINE : null;
    const told = { ...base(), result: answer, cached, calls, callsOk };
    return { outcome: { ...told, ...finalState(task, answer) }, verdict };
  } catch (error) {
    if (error instanceof AwaitsAnswers) {
      return { outcome: { ...base(), state: 'parked', requests: error.requests }, verdict: null };
    }
    const isOut = error instanceof DatabaseUnavailable;
    if (task.abort.signal.aborted || isOut || error instanceof NoCallNow) {
      if (isOut && !hasBill(facts.bill)) throw error;
      if (error instanceof NoCallNow && facts.read !== null) keepReading(task, facts.read);
      return { ...putBack(), waitMs: error instanceof NoCallNow ? error.waitMs : 0 };
    }
    const failure = asDocumentFailure(error);
    // At a closed gate it is put back, and tried again with this.
    if (failure.failureClass === 'transient' && facts.read !== null) keepReading(task, facts.read);
    const outcome: Outcome = { ...base(), ...consequence(failure, task), ...callsOf(failure) };
    return {
      outcome,
      verdict: isCall() ? verdictOf(failure, task.batch.analyzer.sharesLimits === true) : null,
    };
  }
}

/** A document that gives orders to the model passes only when a person, or its profile, lets it. */
function finalState({ batch, item }: Task, answer: Json): Pick<Outcome, 'state' | 'failure'> {
  const policy = batch.analyzer.onInjection ?? 'ignore';
  const suspicions = policy === 'ignore' ? [] : suspicionsAgainst(answer, item.name);
  if (suspicions.length === 0) return { state: 'completed', failure: null };
  const failure = {
    failureClass: 'permanent' as const,
    code: 'injection_suspected',
    stage: 'analyze',
    message: describeSuspicions(suspicions),
    context: { suspicions },
  };
  return { state: policy === 'fail' ? 'failed' : 'review', failure };
}

interface Answer {
  answer: Json;
  cached: boolean;
  calls: number;
  callsOk: number;
}

async function work(deps: DocumentDeps, task: Task, facts: Facts): Promise<Answer | null> {
  const { db, sandbox } = deps;
  const { batch, item } = task;
  const { signal } = task.abort;
  const { timeoutMs, cache } = settingsOf(task);
  const { reading } = task;
  task.reading = null;
  const stored = knownTextOf(task);
  const isRead =
    stored !== null && isReadSo(stored.extractorVersion, batch.ocrLanguages, item.mimeType ?? '');
  let read =
    isRead && isHalfAnswered(task)
      ? { ...stored, sizeBytes: item.sizeBytes ?? 0, mimeType: item.mimeType ?? '', extraction: null }
      : await (reading?.extracted ?? extract(sandbox, task, stored));
  Object.assign(facts, {
    contentSha256: read.contentSha256,
    sizeBytes: read.sizeBytes,
    text: read.extraction,
  });

  const known = cache ? await cachedAnswer(db, task, read.contentSha256) : undefined;
  const answered = { answer: known as Json, cached: true, calls: 0, callsOk: 0 };
  if (known !== undefined && !mayHaveChildren(read.mimeType)) return answered;
  let extraction = read.extraction ?? (stored === null ? null : await storedText(db, stored));
  if (extraction === null) {
    // The stored text was pruned in between, or replaced by a run that reads otherwise (with OCR, without).
    read = await extract(sandbox, task, null);
    extraction = read.extraction;
    Object.assign(facts, { contentSha256: read.contentSha256, sizeBytes: read.sizeBytes, text: extraction });
  }
  if (extraction === null) throw new Error('the sandbox gave no text');
  facts.mimeType = extraction.metadata.mimeType;
  facts.children = await childrenOf(db, item, extraction, sandbox.limits.maxChildren);
  if (known !== undefined) return answered;
  if (extraction.isArchive === true) {
    return { answer: describeArchive(extraction), cached: false, calls: 0, callsOk: 0 };
  }
  facts.read = { ...read, extraction };
  if (!deps.mayAsk(task)) {
    keepReading(task, facts.read);
    return null;
  }
  if (cache && batch.analyzer.sharesLimits === true && !asksByBatch(task)) {
    const shared = await sharedAnswer(db, task, read.contentSha256);
    if (shared !== undefined) return { ...answered, answer: shared as Json };
    if (task.waitsForOther) {
      keepReading(task, facts.read);
      return null;
    }
  }
  facts.asked = true;
  if (!asksByBatch(task)) task.controlSeq = batch.view.controlSeq;
  const meter = createMeter(deps, task, facts);
  // Also what this try asks: merging answers that are equal may make the same request twice.
  const answers = new Map(task.recorded);
  const input = {
    documentId: item.documentId,
    batchId: batch.batchId,
    uri: item.uri,
    name: item.name,
    mimeType: extraction.metadata.mimeType,
    sizeBytes: read.sizeBytes,
    contentSha256: read.contentSha256,
    attempt: item.attempts + 1,
    extraction,
    render: async (order: PictureOrder) => {
      const rendered = await meter.apart(withFile(task, (file) => sandbox.render(file, order, signal)));
      // That took a while: an order may have come meanwhile.
      if (!deps.mayAsk(task)) throw new NoCallNow('Not now');
      return rendered;
    },
    timeoutMs,
    meter,
    ...(task.recorded === undefined
      ? {}
      : {
          recorded: {
            answers,
            hasBudget: hasBudget(task),
            isOnline: !asksByBatch(task),
            keep: (kept: KeptAnswer) => {
              facts.kept.push(kept);
              answers.set(kept.key, { ...kept.answer, customId: kept.answer.requestId });
            },
          },
        }),
  };
  const analyzing = batch.analyzer.analyze(input, signal);
  const analysis = await watched(
    analyzing,
    () => timeoutMs + WATCHDOG_GRACE_MS + meter.waitedMs(),
    meter.lost,
  );
  return { ...analysis, cached: false };
}

function extract(sandbox: Sandbox, task: Task, known: KnownText | null): Promise<Extracted> {
  return withFile(task, (file) =>
    sandbox.extract({ ...file, known, ocrLanguages: task.batch.ocrLanguages }, task.abort.signal),
  );
}

async function withFile<T>(task: Task, work: (file: DocumentFile) => Promise<T>): Promise<T> {
  const { item } = task;
  const file = {
    path: fileURLToPath(item.containerUri ?? item.uri),
    memberPath: item.memberPath ?? [],
    name: item.containerUri === null ? item.name : nameInUri(item.containerUri),
    timeoutMs: settingsOf(task).timeoutMs,
  };
  try {
    const tried = (passwords: readonly string[]) => work({ ...file, passwords });
    return await withPasswords(tried, settingsOf(task).passwordsFile ?? null);
  } catch (error) {
    // Asked at once: when the failure is told, the folder may be back.
    throw (await isSourceGone(error, item)) ? sourceGone(error, item) : error;
  }
}

/** Its answers are about the content that was asked about, whatever became of the file since. */
function isHalfAnswered({ recorded }: Task): boolean {
  return (recorded?.size ?? 0) > 0;
}

function knownTextOf({ item: { contentSha256, textVersion } }: Task): KnownText | null {
  if (contentSha256 === null || textVersion === null) return null;
  return { contentSha256, extractorVersion: textVersion };
}

/** The next try in this process begins with what this one has read. */
function keepReading(task: Task, read: Extracted): void {
  const nowMs = performance.now();
  task.reading = { extracted: Promise.resolve(read), startedAtMs: nowMs, endedAtMs: nowMs };
}

/** Time spent on the document before it had a slot; the wait for the slot is not its. */
function readAheadMs({ reading }: Task): number {
  return reading === null ? 0 : (reading.endedAtMs ?? performance.now()) - reading.startedAtMs;
}

function hasBudget({ batch }: Task): boolean {
  // Batches that were made before there were budgets have none.
  const settings: Partial<BatchSettings> = batch.view.settings;
  return (settings.budgetNanoUsd ?? null) !== null;
}

async function cachedAnswer(db: Database, task: Task, sha: string): Promise<unknown> {
  const { batch, item } = task;
  // The chunk asked for all its hashes at once; only a file that changed since then needs a question of its own.
  if (sha === item.contentSha256) return task.cachedAnswer;
  return (await outlastOutage(() => cachedResults(db, batch.view.recipeId, [sha]))).get(sha);
}

async function storedText(
  db: Database,
  { contentSha256, extractorVersion }: KnownText,
): Promise<Extraction | null> {
  return (await outlastOutage(() => loadText(db, contentSha256, extractorVersion)))?.extraction ?? null;
}

async function isSourceGone(error: unknown, { sourceRoot }: ClaimedItem): Promise<boolean> {
  if (!(error instanceof DocumentFailure) || sourceRoot === null) return false;
  if (error.code !== 'missing' && error.code !== 'unreadable') return false;
  return access(sourceRoot, constants.R_OK).then(
    () => false,
    () => true,
  );
}

function sourceGone(cause: unknown, { sourceRoot }: ClaimedItem): DocumentFailure {
  const message = `${describeFailureCode('source_gone').meaning} (\`${sourceRoot}\`)`;
  return new DocumentFailure('critical', 'source_gone', message, { stage: 'read', cause });
}
