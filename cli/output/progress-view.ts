import type { BatchSnapshot } from '../../src/db/batch-snapshot.ts';
import { hasSettled } from '../../src/domain/batch.ts';
import { formatDuration, formatRange, progressOf } from '../../src/domain/progress.ts';
import { describeMoney } from './describe-money.ts';
import type { CliContext } from '../context.ts';
import type { StatusLine } from './status-line.ts';

export interface ProgressView {
  update(snapshot: BatchSnapshot): void;
  stop(): void;
}

const PLAIN_LINE_MS = 5_000;
/** Columns from which a longer bar leaves room for the time left. */
const WIDE = 110;

/** A live bar on a terminal, else a plain line now and then when something changed; always on stderr. */
export function createProgressView(context: CliContext, { plain }: { plain: boolean }): ProgressView {
  return context.statusLine === null || plain ? createLines(context) : createBar(context.statusLine);
}

function createBar(line: StatusLine): ProgressView {
  return {
    update: (snapshot) => {
      const { total } = snapshot.counts;
      // Nothing is known before the first page is planned.
      if (total === 0) return;
      const { finished } = progressOf(snapshot.counts, snapshot.activeMs);
      const cells = line.width() < WIDE ? 8 : 24;
      const full = Math.floor((cells * finished) / total);
      const bar = '█'.repeat(full) + '░'.repeat(cells - full);
      line.draw(`${bar} ${finished}/${total} ${describe(snapshot)}`);
    },
    stop: () => line.clear(),
  };
}

function createLines(context: CliContext): ProgressView {
  let last = '';
  let lastAtMs = -Infinity;
  return {
    update: (snapshot) => {
      // Nothing is known before the first page is planned.
      if (snapshot.counts.total === 0) return;
      const { finished } = progressOf(snapshot.counts, snapshot.activeMs);
      const line = `${finished}/${snapshot.counts.total} ${describe(snapshot)}`;
      // The last line is the whole truth, however soon it comes.
      const isDue = hasSettled(snapshot) || performance.now() - lastAtMs >= PLAIN_LINE_MS;
      if (line === last || !isDue) return;
      last = line;
      lastAtMs = performance.now();
      context.err(line);
    },
    stop: () => undefined,
  };
}

/** `3 provider batches with 1,200 requests, oldest 5 min, looked at 20 s ago, expires in 23 h`: nobody knows more before one ends. */
function describeProvider({ provider }: BatchSnapshot): string | null {
  if (provider === null) return null;
  const { batches, requests, oldestMs, polledMs, expiresMs } = provider;
  return [
    `${batches} provider ${batches === 1 ? 'batch' : 'batches'} with ${requests.toLocaleString('en-US')} requests`,
    `oldest ${formatDuration(oldestMs)}`,
    polledMs === null ? null : `looked at ${formatDuration(polledMs)} ago`,
    expiresMs === null ? null : `expires in ${formatDuration(expiresMs)}`,
  ]
    .filter((part) => part !== null)
    .join(', ');
}

/** `making the summary · …` at the end, else `done 17 · failed 3 · 120/min · 2–3 min left · failures: corrupt 1, empty 1`. */
export function describe(snapshot: BatchSnapshot, { withStatus = true, withTimeLeft = true } = {}): string {
  const { counts, activeMs, failures, status } = snapshot;
  const { perMinute, leftMs } = progressOf(counts, activeMs);
  const parts = [
    withStatus && status !== 'processing' ? status : null,
    snapshot.summarizing ? 'making the summary' : null,
    snapshot.stalledReason === null ? null : `stalled: ${snapshot.stalledReason}`,
    `done ${counts.completed}`,
    `failed ${counts.failed}`,
    counts.review > 0 ? `to review ${counts.review}` : null,
    counts.skipped > 0 ? `skipped ${counts.skipped}` : null,
    counts.cancelled > 0 ? `cancelled ${counts.cancelled}` : null,
    counts.retrying > 0 ? `retrying ${counts.retrying}` : null,
    perMinute === null ? null : `${Math.round(perMinute)}/min`,
    !withTimeLeft || leftMs === null || status !== 'processing' || leftMs.to === 0
      ? null
      : `${formatRange(leftMs)} left`,
    describeProvider(snapshot),
    describeMoney(snapshot),
    failures.length > 0
      ? `failures: ${failures
          .slice(0, 4)
          .map(({ code, count }) => `${code} ${count}`)
          .join(', ')}`
      : null,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}
