import { join } from 'node:path';
import type { ScheduledRunRow } from '../../../src/db/scheduled-runs.ts';
import { defaultSettings } from '../../../src/domain/batch.ts';
import { formatUsd } from '../../../src/domain/money.ts';
import { shortId } from '../../../src/domain/ids.ts';
import type { ScheduledBatch } from '../../../src/domain/scheduled-batch.ts';

/** `/data/in, /data/*.pdf; at most 100; analyzer: local`. */
export function describeWhat({ discovery, analyzer, frozen }: ScheduledBatch): string {
  const { all, paths, globs, manifests, limit, sample, rerun } = discovery;
  const sources = [
    ...(all ? ['everything registered'] : []),
    ...paths,
    ...globs.map(({ pattern, cwd }) => (pattern.startsWith('/') ? pattern : join(cwd, pattern))),
    ...manifests.map((manifest) => `manifest ${manifest}`),
  ];
  const parts = [
    sources.join(', '),
    limit === null ? null : `at most ${limit}`,
    sample === null ? null : `${sample} at random`,
    rerun === 'none' ? null : `rerun ${rerun}`,
    `analyzer: ${analyzer}`,
    frozen === undefined ? null : `profile ${frozen.profile ?? '-'}, model ${frozen.model ?? '-'}`,
  ];
  return parts.filter((part) => part !== null).join('; ');
}

/** Only what differs from the defaults: `parallel 10, priority 1`; empty when nothing does. */
export function describeSettings({ settings }: ScheduledBatch): string {
  return Object.entries(settings)
    .filter(([key, value]) => {
      const usual = defaultSettings[key as keyof typeof defaultSettings];
      return key !== 'outBase' && JSON.stringify(value) !== JSON.stringify(usual);
    })
    .map(([key, value]) =>
      key === 'budgetNanoUsd'
        ? `budget ${formatUsd(Number(value))}`
        : `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(', ');
}

/** One line of a run, like a line of `list`. */
export function describeRun({ id, status, reason, completed, failed, total, name }: ScheduledRunRow): string {
  const state = reason === null ? status : `${status} (${reason})`;
  return `${shortId(id)}  ${state.padEnd(24)} ${completed}/${total} done, ${failed} failed  ${name}`;
}
