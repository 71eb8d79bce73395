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
  const show = plain ? null : context.statusLine;

  let read = 0;
  let shownAtMs = performance.now();
  return {
    onRead: (bytes) => {
      read += bytes;
      const line = `Reading documents: ${formatBytes(read)} so far`;
      if (show !== null) {
        if (performance.now() - shownAtMs < DRAWN_EVERY_MS) return;
        shownAtMs = performance.now();
        show.draw(line);
      } else if (performance.now() - shownAtMs >= everyMs) {
        shownAtMs = performance.now();
        context.err(line);
      }
    },
    stop: () => show?.clear(),
  };
}
