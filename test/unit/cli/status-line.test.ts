import { expect } from 'chai';
import type { BatchSnapshot } from '../../../src/db/batch-snapshot.ts';
import type { CliContext } from '../../../cli/context.ts';
import { createProgressView } from '../../../cli/output/progress-view.ts';
import { createStatusLine } from '../../../cli/output/status-line.ts';

describe('the line at the bottom of a terminal', () => {
  const terminal = (columns: number) => {
    let written = '';
    const stream = { columns, write: (text: string) => ((written += text), true) };
    return { line: createStatusLine(stream), shown: () => screenOf(written) };
  };

  it('makes room for what is said, which stays above it', () => {
    const { line, shown } = terminal(40);
    line.draw('▓░ 1/2 done 1');
    line.clear();
    expect(shown()).to.deep.equal(['']);
    line.draw('▓▓ 2/2');
    expect(shown()).to.deep.equal(['▓▓ 2/2']);
  });

  it('never wraps, and leaves nothing of a longer one before', () => {
    const { line, shown } = terminal(10);
    line.draw('0123456789abc');
    expect(shown()).to.deep.equal(['012345678']);
    line.draw('short');
    expect(shown()).to.deep.equal(['short']);
  });

  it('shows a batch with what is left within 80 columns', () => {
    const { line, shown } = terminal(80);
    const view = createProgressView({ statusLine: line } as CliContext, { plain: false });
    const counts = { ...none, total: 600, completed: 105, pending: 495 };
    view.update({ counts, activeMs: 17_000, failures: [], status: 'processing', ...nothingElse } as never);
    expect(shown()[0]).to.match(/^█+░+ 105\/600 done 105 · failed 0 · \d+\/min · .* left$/);
    view.stop();
    expect(shown()).to.deep.equal(['']);
  });
});

const none = { review: 0, failed: 0, skipped: 0, cancelled: 0, processing: 0, retrying: 0 };
const nothingElse: Partial<BatchSnapshot> = {
  summarizing: false,
  stalledReason: null,
  provider: null,
  money: {
    spentNanoUsd: 0,
    interruptedNanoUsd: 0,
    reservedNanoUsd: 0,
    budgetNanoUsd: null,
    unknown: { calls: 0, nanoUsd: 0 },
    inputTokens: 0,
    outputTokens: 0,
    cacheReadTokens: 0,
  },
  analyzer: 'local',
  model: null,
};

/** What a terminal shows of it: a carriage return starts the line again, and `\x1b[K` clears its rest. */
function screenOf(written: string): string[] {
  return written.split('\n').map((line) => {
    let shown = '';
    for (const part of line.split('\r')) {
      const [text = '', cleared] = part.split('\x1b[K');
      shown = cleared === undefined ? text + shown.slice(text.length) : text;
    }
    return shown;
  });
}
