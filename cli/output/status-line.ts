/** The last line of a terminal, drawn again and again; what else is said goes above it. */
export interface StatusLine {
  draw(text: string): void;
  /** Before anything else is written. */
  clear(): void;
  /** Characters that fit. */
  width(): number;
}

const CLEAR_REST = '\x1b[K';

/** The cursor is never hidden nor moved up: whatever kills us, the terminal stays as it should be. */
export function createStatusLine(stream: Pick<NodeJS.WriteStream, 'columns' | 'write'>): StatusLine {
  let isDrawn = false;
  // A line as wide as the terminal would wrap.
  const width = () => (stream.columns || 80) - 1;
  return {
    width,
    draw: (text) => {
      stream.write(`\r${text.slice(0, width())}${CLEAR_REST}`);
      isDrawn = true;
    },
    clear: () => {
      if (isDrawn) stream.write(`\r${CLEAR_REST}`);
      isDrawn = false;
    },
  };
}
