import type { CliContext } from '../context.ts';
import { formatBytes } from './bytes.ts';

export interface ReadingView {
  onRead(bytes: number): void;
  stop(): void;
}

const PLAIN_LINE_MS = 5_000;
const DRAWN_EVERY_MS = 100;

/** How much of the documents was read to find what is new: a live line on a terminal, else one now and then; on stderr. */
export function createReadingView(
  context: Pick<CliContext, 'err' | 'statusLine'>,
  { plain, everyMs = PLAIN_LINE_MS }: { plain: boolean; everyMs?: number },
): ReadingView {
  const statusLine = plain ? null : context.statusLine;
  const [show, pauseMs] = statusLine === null ? [context.err, everyMs] : [statusLine.draw, DRAWN_EVERY_MS];
  let read = 0;
  let shownAtMs = performance.now();
  return {
    onRead: (bytes) => {
      read += bytes;
      if (performance.now() - shownAtMs < pauseMs) return;
      shownAtMs = performance.now();
      show(`Reading documents: ${formatBytes(read)} so far`);
    },
    stop: () => statusLine?.clear(),
  };
}
