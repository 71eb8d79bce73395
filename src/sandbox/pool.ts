import { setMaxListeners } from 'node:events';
import { fileURLToPath } from 'node:url';
import workerpool from 'workerpool';
import type { GroundedQuote, GroundingInput } from '../analyze/claude/ground.ts';
import type { Json } from '../domain/analyzer.ts';
import type { ExtractionLimits } from '../domain/extraction.ts';
import { transient } from '../domain/failure.ts';
import type { PictureOrder, Rendered } from '../domain/pictures.ts';
import type { Stage } from '../domain/failure.ts';
import { ChildNotStarted, callChild } from './child-call.ts';
import type { ChildCall } from './child-call.ts';
import { createChildren } from './children.ts';
import { launchOf } from './launch-flags.ts';
import { limitsFor } from './limits-for.ts';
import type { ChildFunctions, Content, ExtractRequest, Extracted, KnownText } from './requests.ts';
import type { LocalInput, RenderRequest } from './requests.ts';
import { createScratch } from './scratch.ts';
import { scrubbedEnv } from './scrubbed-env.ts';
import { createSlots } from './slots.ts';
import { stageInput } from './stage-input.ts';
import { withDeadline } from './with-deadline.ts';

/** Children tried for one document when they die before they begin it. */
const MAX_STARTS = 3;
/** Milliseconds that an orderly end may take before a child is killed. */
const TERMINATE_MS = 200;
/** The pool waits without end for a child that died idle: it was told of the death before it began to wait. */
const CLOSE_MS = 2000;
/** More would keep memory that a small batch never needs. */
const WARM_CHILDREN = 2;
const WARM_UP_MS = 30_000;
/** A child that has just loaded its code takes three times as long for a text as after some dozen of them. */
const WARM_UP_READS = 30;
const WARM_UP_TEXT = '# Ready\n\nA line of text, as documents have them: 1 of 30, *in English*.\n\n'.repeat(
  40,
);
/** Of the time for one document: a scan of a thousand pages is not lost, only not read to its end. */
const OCR_SHARE = 0.8;

export interface SandboxOptions extends ExtractionLimits {
  /** Extraction processes at most; each starts when it is first needed, or with `warmUp`. */
  processes: number;
  /** JavaScript heap of one process. */
  heapMb: number;
  /** Resident memory of one process, with buffers and native parsers. */
  rssMb: number;
  /** Milliseconds without a sign of progress. */
  stallMs: number;
  /** Milliseconds for one document in all, whatever its `timeoutMs`. */
  totalMs: number;
  /** Documents after which a process is replaced. */
  recycleAfter: number;
  /** Tried on what is protected. @default none */
  passwords?: readonly string[];
  /** Where data for OCR lies; children may read it. @default the packages `@tesseract.js-data/…` */
  ocrDataFolder?: string | null;
}

/** A document, and how long reading it may take. */
export interface DocumentFile {
  path: string;
  /** The document's name, for its ending; the path may be a temporary one. */
  name: string;
  /** The way to a document inside this file; empty for the file itself. */
  memberPath: readonly string[];
  /** Tried before those of the sandbox. @default none */
  passwords?: readonly string[];
  /** Runs from when a child starts on it. */
  timeoutMs: number;
}

export interface ExtractFile extends DocumentFile {
  /** The text that is stored already: equal bytes are not parsed again. */
  known: KnownText | null;
  /** Languages in which text is read off pictures. @default none */
  ocrLanguages?: readonly string[] | null;
}

/** Reads and analyzes untrusted documents in child processes, each of which may be lost at any moment. */
export interface Sandbox {
  readonly limits: ExtractionLimits;
  /** Throws `DocumentFailure`; rejects with the signal's reason. */
  extract(file: ExtractFile, signal: AbortSignal): Promise<Extracted>;
  /** Pictures of its pages, or some of its pages as a PDF. Throws like `extract`. */
  render(file: DocumentFile, order: PictureOrder, signal: AbortSignal): Promise<Rendered>;
  answerLocally(input: LocalInput, timeoutMs: number, signal: AbortSignal): Promise<Json>;
  /** Looks for the quotes of an answer in a large text. */
  ground(input: GroundingInput, timeoutMs: number, signal: AbortSignal): Promise<GroundedQuote[]>;
  /** Starts the first children and lets them read, so that the first documents of an idle worker are read at full speed. */
  warmUp(): void;
  /** The children alive now. */
  pids(): number[];
  /** Resident memory of the children together, in bytes; 0 where the system has no /proc. */
  rssBytes(): number;
  /** Kills the children; what is in work rejects with an error that is no document's failure. */
  close(): Promise<void>;
}

export function createSandbox(options: SandboxOptions): Sandbox {
  const { processes, heapMb, rssMb, stallMs, totalMs, recycleAfter, ...rest } = options;
  const { passwords: ours = [], ocrDataFolder = null, ...limits } = rest;
  const slots = createSlots(processes);
  /** As many again are laid out already, so that no child waits for a disk. */
  const places = createSlots(2 * processes);
  const scratch = createScratch();
  const pool = workerpool.pool(fileURLToPath(new URL('./child.js', import.meta.url)), {
    workerType: 'process',
    maxWorkers: processes,
    workerTerminateTimeout: TERMINATE_MS,
    emitStdStreams: true,
    forkArgs: [String(rssMb)],
    // If our own process was started with a heap limit, workerpool lets that one win; the watchdog's limit still holds.
    forkOpts: {
      env: scrubbedEnv(process.env),
      serialization: 'advanced',
      ...launchOf([scratch.dir, ...(ocrDataFolder === null ? [] : [ocrDataFolder])], heapMb),
    },
  });
  const children = createChildren(recycleAfter);
  const inWork = new Set<ChildCall<unknown>>();
  let closed: Promise<void> | undefined;

  return {
    limits,
    extract({ path, name, memberPath, known, passwords = [], ocrLanguages = null, timeoutMs }, signal) {
      const call = {
        method: 'extract',
        stage: 'extract',
        timeoutMs: Math.min(timeoutMs, totalMs),
        signal,
      } as const;
      const tried = [...passwords, ...ours];
      const ocr =
        ocrLanguages === null
          ? null
          : { languages: ocrLanguages, maxMs: call.timeoutMs * OCR_SHARE, dataFolder: ocrDataFolder };
      const same = { name, memberPath, known, passwords: tried, ocr };
      return run(call, () => staged(path, (content): ExtractRequest => ({ content, ...same })));
    },
    render({ path, name, memberPath, passwords = [], timeoutMs }, order, signal) {
      const call = {
        method: 'render',
        stage: 'extract',
        timeoutMs: Math.min(timeoutMs, totalMs),
        signal,
      } as const;
      const tried = [...passwords, ...ours];
      const request = { name, memberPath, order, passwords: tried };
      return run(call, () =>
        staged(path, (content): RenderRequest => ({ content, ...request }), limitsFor(order, limits)),
      );
    },
    answerLocally(input, timeoutMs, signal) {
      const call = { method: 'answerLocally', stage: 'analyze', timeoutMs, signal } as const;
      return run(call, () => Promise.resolve({ params: [input], release: () => Promise.resolve() }));
    },
    ground(input, timeoutMs, signal) {
      const call = { method: 'ground', stage: 'analyze', timeoutMs, signal } as const;
      return run(call, () => Promise.resolve({ params: [input], release: () => Promise.resolve() }));
    },
    warmUp() {
      const signal = AbortSignal.timeout(WARM_UP_MS);
      const call = { method: 'extract', stage: 'extract', timeoutMs: WARM_UP_MS, signal } as const;
      for (let n = 0; n < Math.min(processes, WARM_CHILDREN) * WARM_UP_READS; n++) {
        const request: ExtractRequest = {
          content: Buffer.from(WARM_UP_TEXT),
          name: n % 4 < 2 ? 'ready.txt' : 'ready.md',
          memberPath: [],
          known: null,
        };
        // What is wrong shows with the first document.
        run(call, () =>
          Promise.resolve({ params: [request, limits], release: () => Promise.resolve() }),
        ).catch(() => undefined);
      }
    },
    pids: children.pids,
    rssBytes: children.rssBytes,
    close: () => (closed ??= close()),
  };

  async function staged(
    path: string,
    requestOf: (content: Content) => object,
    limitsOfCall: ExtractionLimits = limits,
  ): Promise<Prepared> {
    const { maxFileBytes } = limits;
    const { content, remove } = await stageInput(path, { maxFileBytes, scratchPath: scratch.next });
    return { params: [requestOf(content), limitsOfCall], release: remove };
  }

  // The pool's own queue is never used: it stalls after a child is lost, and its time-outs end no busy process at once.
  async function run<T>(options: RunOptions, prepare: () => Promise<Prepared>): Promise<T> {
    // Many documents may wait on the signal of one batch.
    setMaxListeners(0, options.signal);
    if (isClosed()) throw closedError();
    const leave = await places.take(options.signal);
    const preparing = withDeadline(prepare(), options, ({ release }) => release());
    // It is told when it is this call's turn.
    preparing.catch(() => undefined);
    try {
      return await inChild<T>(options, preparing);
    } finally {
      await preparing.then(({ release }) => release()).catch(() => undefined);
      leave();
    }
  }

  async function inChild<T>(options: RunOptions, preparing: Promise<Prepared>): Promise<T> {
    const { method, stage, timeoutMs, signal } = options;
    for (let start = 1; ; start += 1) {
      if (isClosed()) throw closedError();
      // In turn, whoever is laid out first.
      const giveBack = await slots.take(signal);
      const { params } = await preparing.catch((error: unknown) => {
        giveBack();
        throw error;
      });
      const limitsOfCall = { stage, timeoutMs, stallMs };
      const call = callChild<T>(pool, method, params, limitsOfCall, children);
      inWork.add(call);
      void call.done.finally(() => {
        inWork.delete(call);
        giveBack();
      });
      try {
        if (isClosed()) call.stop(closedError());
        return await resultOf(call, signal);
      } catch (error) {
        if (!(error instanceof ChildNotStarted)) throw error;
        if (isClosed()) throw closedError();
        if (start < MAX_STARTS) continue;
        const message = 'No extraction process could be started.';
        throw transient('internal', message, { stage, cause: error });
      }
    }
  }

  function isClosed(): boolean {
    return closed !== undefined;
  }

  async function close(): Promise<void> {
    const reason = closedError();
    places.close(reason);
    slots.close(reason);
    for (const call of inWork) call.stop(reason);
    await pool.terminate(true, CLOSE_MS).catch(() => undefined);
    await scratch.remove();
  }
}

interface RunOptions {
  method: keyof ChildFunctions;
  stage: Stage;
  timeoutMs: number;
  signal: AbortSignal;
}

/** What a call needs, made once there is room for it. */
interface Prepared {
  params: unknown[];
  release: () => Promise<void>;
}

async function resultOf<T>(call: ChildCall<T>, signal: AbortSignal): Promise<T> {
  const abort = (): void => call.stop(signal.reason as Error);
  if (signal.aborted) abort();
  signal.addEventListener('abort', abort, { once: true });
  try {
    return await call.result;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}

function closedError(): Error {
  return new Error('The sandbox was closed while it worked on a document');
}
