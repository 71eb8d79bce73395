import type { Worker as Thread } from 'node:worker_threads';
import type { Worker } from 'tesseract.js';
import { DocumentFailure, critical } from '../domain/failure.ts';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import type { OcrData } from './ocr-data.ts';
import { ocrData } from './ocr-data.ts';
import { parserFailure } from './parser-failure.ts';
import { renderImage } from './render-image.ts';
import { renderPdf } from './render-pdf.ts';

/** Longest side of what is read: larger pictures take longer and are read no better. */
const MAX_EDGE_PX = 3_500;
/** Tesseract finds words in any texture; below this much certainty, in percent, they are none. */
const LEAST_CONFIDENCE = 40;
/** The network of LSTMs alone: the only one that our data is for. */
const LSTM_ONLY = 1;

/**
 * Puts text into the parts of a draft that are pictures. A page with text is no picture any more; an image stays one. What
 * cannot be drawn or read is left out; it throws when there is nothing else. `isPartial`: time was over before the end.
 */
export async function readByOcr(
  draft: Draft,
  { languages, endsAtMs }: { languages: readonly string[]; /** By `performance.now()`. */ endsAtMs: number },
  input: ReaderInput & { ocrDataFolder: string | null },
): Promise<{ draft: Draft; isPartial: boolean }> {
  const wanted = draft.parts.filter((part) => part.isPicture === true);
  if (wanted.length === 0) return { draft, isPartial: false };
  const startedAtMs = performance.now();
  const leftMs = () => endsAtMs - performance.now();
  const failures: { part: DraftPart; failure: DocumentFailure }[] = [];
  let tried = 0;
  onSign = input.onProgress;
  for (const part of wanted) {
    if (leftMs() <= 0) break;
    input.onProgress();
    const worker = await openWorker(languages, input.ocrDataFolder);
    try {
      const text = await textOf(worker, await pictureOf(part, draft, input), leftMs());
      if (text === null) break;
      part.markdown = [part.markdown, text].filter(Boolean).join('\n\n');
      if (part.kind === 'page' && text !== '') delete part.isPicture;
    } catch (error) {
      failures.push({ part, failure: error instanceof DocumentFailure ? error : parserFailure(error) });
    }
    tried += 1;
  }
  const isNothingLeft =
    failures.length === wanted.length &&
    draft.parts.every((part) => wanted.includes(part) || part.markdown === '');
  if (isNothingLeft) throw failures[0]!.failure;
  // Nor could a model be shown it.
  for (const { part } of failures) delete part.isPicture;

  const ms = Math.round(performance.now() - startedAtMs);
  const read = tried - failures.length;
  const what = `${read} of ${wanted.length} ${wanted.length === 1 ? 'picture' : 'pictures'}`;
  const warnings = [
    ...(draft.warnings ?? []),
    `The text of ${what} was read by OCR (${languages.join(', ')}) in ${(ms / 1000).toFixed(1)} s; it may have errors`,
    ...failures
      .slice(0, MAX_FAILURES_TOLD)
      .map(({ part, failure }) => `\`${part.label}\` is left out: ${failure.message}`),
  ];
  if (failures.length > MAX_FAILURES_TOLD) warnings.push(`${failures.length} pictures are left out in all`);
  const isPartial = tried < wanted.length;
  if (isPartial)
    warnings.push(`OCR was stopped after ${(ms / 1000).toFixed(0)} s: the time for one document is limited`);
  const metadata = { ...draft.metadata, ocr: { pages: read, ms } };
  return { draft: { ...draft, warnings, metadata }, isPartial };
}

const MAX_FAILURES_TOLD = 20;

/** Upright, and in the size in which letters are read best. */
async function pictureOf(part: DraftPart, { parts }: Draft, input: ReaderInput): Promise<Uint8Array> {
  const page = parts.filter(({ kind }) => kind === part.kind).indexOf(part) + 1;
  const { widthPx = MAX_EDGE_PX, heightPx = MAX_EDGE_PX } = part;
  const scale = Math.min(1, MAX_EDGE_PX / Math.max(widthPx, heightPx));
  const box = { page, widthPx: Math.ceil(widthPx * scale), heightPx: Math.ceil(heightPx * scale), scale };
  const render = input.mimeType === 'application/pdf' ? renderPdf : renderImage;
  const [picture] = await render(input, { pages: [box] });
  return picture!.bytes;
}

/** Null when the time is over; its thread is ended then, and when it failed: who knows in what state it is. */
async function textOf(worker: Worker, picture: Uint8Array, leftMs: number): Promise<string | null> {
  let timer: NodeJS.Timeout | undefined;
  const isOver = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), Math.max(0, leftMs));
  });
  try {
    const read = await Promise.race([worker.recognize(Buffer.from(picture)), isOver]);
    if (read === null) await closeOcr();
    else return read.data.confidence < LEAST_CONFIDENCE ? '' : read.data.text.trim();
    return null;
  } catch (error) {
    await closeOcr();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

let opened: { key: string; worker: Worker } | undefined;
/** Called whenever the thread says how far it is: a page may take longer than a process may be silent. */
let onSign: () => void = () => undefined;

/** One for the life of the process; another one when other languages are asked for. */
async function openWorker(languages: readonly string[], dataFolder: string | null): Promise<Worker> {
  const key = languages.join('+');
  if (opened?.key === key) return opened.worker;
  await closeOcr();
  const data = ocrData(languages, dataFolder);
  if (data === null) {
    const message = `There is no data for OCR in \`${key}\` on this worker (ocr.dataFolder in docbatch.yaml).`;
    throw critical('ocr_data_missing', message, { stage: 'extract' });
  }
  const threads: Thread[] = [];
  const onThread = (thread: Thread): void => void threads.push(thread);
  process.on('worker', onThread);
  try {
    const worker = await startWorker(languages, data, () => {
      // After a failure it sends a success, which nobody waits for any more: tesseract.js throws over it.
      for (const thread of threads) thread.removeAllListeners('message');
    });
    opened = { key, worker };
    return worker;
  } catch (error) {
    await Promise.all(threads.map((thread) => thread.terminate()));
    const reason = error instanceof Error ? error.message : String(error);
    const message = `The data for OCR in \`${key}\` cannot be read on this worker (${reason.slice(0, 200)}): replace the files in \`${data.folder}\`.`;
    throw critical('ocr_data_missing', message, { stage: 'extract', cause: error });
  } finally {
    process.off('worker', onThread);
  }
}

/** `createWorker` never settles when data cannot be loaded; only its handler of errors is told. */
async function startWorker(
  languages: readonly string[],
  { folder, isPacked }: OcrData,
  onFailure: () => void,
): Promise<Worker> {
  const { createWorker } = await import('tesseract.js');
  let isStarted = false;
  return new Promise((resolve, reject) => {
    const started = createWorker([...languages], LSTM_ONLY, {
      langPath: folder,
      gzip: isPacked,
      // It would write beside us.
      cacheMethod: 'none',
      logger: () => onSign(),
      // Of a picture the call rejects, too.
      errorHandler: (error: unknown) => {
        if (isStarted) return;
        onFailure();
        reject(error instanceof Error ? error : new Error(String(error)));
      },
    });
    started.then((worker) => {
      isStarted = true;
      resolve(worker);
    }, reject);
  });
}

/** Ends the thread that reads; a process that is killed need not. */
export async function closeOcr(): Promise<void> {
  await opened?.worker.terminate();
  opened = undefined;
}
