import type { BatchSnapshot } from '../../src/db/batch-snapshot.ts';
import { describeUnknown, formatUsd } from '../../src/domain/money.ts';

/** `spent $0.12 of $1.00 · $0.01 reserved · $0.30 to $0.36 in all · 40 % from the cache`; null where nothing is paid. */
export function describeMoney({ money, counts, model }: BatchSnapshot): string | null {
  const {
    spentNanoUsd,
    interruptedNanoUsd,
    unknown,
    reservedNanoUsd,
    budgetNanoUsd,
    inputTokens,
    cacheReadTokens,
  } = money;
  if (model === null && spentNanoUsd === 0 && unknown.nanoUsd === 0) return null;
  const open = counts.pending + counts.processing + counts.retrying;
  // What waits for a person has been paid, too.
  const finished = counts.completed + counts.failed + counts.review;
  const projected = projectedTotal(spentNanoUsd, finished, open);
  // What is held for calls without an answer is told as such.
  const inFlight = reservedNanoUsd - (unknown.nanoUsd - interruptedNanoUsd);
  const parts = [
    `spent ${formatUsd(spentNanoUsd)}${budgetNanoUsd === null ? '' : ` of ${formatUsd(budgetNanoUsd)}`}`,
    describeUnknown(unknown),
    inFlight > 0 ? `${formatUsd(inFlight)} reserved` : null,
    projected === null ? null : `${formatUsd(projected.low)} to ${formatUsd(projected.high)} in all`,
    cacheReadTokens > 0 ? `${Math.round((cacheReadTokens / inputTokens) * 100)} % from the cache` : null,
  ];
  return parts.filter((part) => part !== null).join(' · ');
}

/** The documents still open cost what the finished ones did, give or take; the range narrows as more is known. */
function projectedTotal(spent: number, finished: number, open: number): { low: number; high: number } | null {
  if (finished === 0 || open === 0 || spent === 0) return null;
  const left = (spent / finished) * open;
  const spread = Math.min(0.5, 1 / Math.sqrt(finished));
  return { low: spent + left * (1 - spread), high: spent + left * (1 + spread) };
}
