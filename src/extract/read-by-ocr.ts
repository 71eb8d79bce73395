import type { Worker } from 'tesseract.js';
import { critical } from '../domain/failure.ts';
import type { OcrOrder } from '../domain/ocr.ts';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { ocrData } from './ocr-data.ts';
import { renderImage } from './render-image.ts';
import { renderPdf } from './render-pdf.ts';

/** Longest side of what is read: larger pictures take longer and are read no better. */
const MAX_EDGE_PX = 3_500;
/** Tesseract finds words in any texture; below this much certainty, in percent, they are none. */
const LEAST_CONFIDENCE = 40;
/** The network of LSTMs alone: the only one that our data is for. */
const LSTM_ONLY = 1;

/** Puts text into the parts of a draft that are pictures. A page with text is no picture any more; an image stays one. */
export async function readByOcr(
  draft: Draft,
  { languages, maxMs }: OcrOrder,
  input: ReaderInput & { ocrDataFolder: string | null },
): Promise<Draft> {
  const wanted = draft.parts.filter((part) => part.isPicture === true);
  if (wanted.length === 0) return draft;
  const startedAtMs = performance.now();
  const elapsedMs = () => Math.round(performance.now() - startedAtMs);
  const worker = await openWorker(languages, input.ocrDataFolder);
  let read = 0;
  for (const part of wanted) {
    if (elapsedMs() > maxMs) break;
    input.onProgress();
    const text = await textOf(worker, await pictureOf(part, draft, input));
    part.markdown = [part.markdown, text].filter(Boolean).join('\n\n');
    if (part.kind === 'page' && text !== '') delete part.isPicture;
    read += 1;
  }
  const ms = elapsedMs();
  const names = languages.join(', ');
  const what = `${read} of ${wanted.length} ${wanted.length === 1 ? 'picture' : 'pictures'}`;
  const warnings = [
    ...(draft.warnings ?? []),
    `The text of ${what} was read by OCR (${names}) in ${(ms / 1000).toFixed(1)} s; it may have errors`,
  ];
  if (read < wanted.length) warnings.push(`OCR was stopped after ${(maxMs / 1000).toFixed(0)} s`);
  return { ...draft, warnings, metadata: { ...draft.metadata, ocr: { pages: read, ms } } };
}

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

async function textOf(worker: Worker, picture: Uint8Array): Promise<string> {
  const { data } = await worker.recognize(Buffer.from(picture));
  return data.confidence < LEAST_CONFIDENCE ? '' : data.text.trim();
}

let opened: { key: string; worker: Worker } | undefined;

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
  const { createWorker } = await import('tesseract.js');
  const worker = await createWorker([...languages], LSTM_ONLY, {
    langPath: data.folder,
    gzip: data.isPacked,
    // It would write beside us.
    cacheMethod: 'none',
    // Else it throws where nobody can catch it; the call rejects all the same.
    errorHandler: () => undefined,
  });
  opened = { key, worker };
  return worker;
}

/** Ends the thread that reads; a process that is killed need not. */
export async function closeOcr(): Promise<void> {
  await opened?.worker.terminate();
  opened = undefined;
}
