import cliProgress from 'cli-progress';
import type { CliContext } from '../context.ts';
import { formatBytes } from './bytes.ts';

export interface ReadingView {
  onRead(bytes: number): void;
  stop(): void;
}

const PLAIN_LINE_MS = 5_000;

/** How much of the documents was read to find what is new: a live line on a terminal, else one now and then; on stderr. */
export function createReadingView(
  context: Pick<CliContext, 'err' | 'isTerminal'>,
  { plain, everyMs = PLAIN_LINE_MS }: { plain: boolean; everyMs?: number },
): ReadingView {
  const show = context.isTerminal && !plain ? createLine() : null;
  let read = 0;
  let shownAtMs = performance.now();
  return {
    onRead: (bytes) => {
      read += bytes;
      const line = `Reading documents: ${formatBytes(read)} so far`;
      if (show !== null) show.update(line);
      else if (performance.now() - shownAtMs >= everyMs) {
        shownAtMs = performance.now();
        context.err(line);
      }
    },
    stop: () => show?.stop(),
  };
}

function createLine(): { update(line: string): void; stop(): void } {
  const bar = new cliProgress.SingleBar({
    ...{ format: '{line}', hideCursor: true, linewrap: false, clearOnComplete: true, stream: process.stderr },
  });
  let isStarted = false;
  return {
    update: (line) => {
      if (!isStarted) bar.start(1, 0, { line });
      isStarted = true;
      bar.update(0, { line });
    },
    stop: () => {
      if (isStarted) bar.stop();
    },
  };
}
