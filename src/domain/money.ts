/** Money is integer nano-USD everywhere; it becomes text only here. */
export const NANO_PER_USD = 1_000_000_000;

/** `$12.34`, `$0.0042`: two significant digits below a cent, never `$0.00` for something. */
export function formatUsd(nanoUsd: number): string {
  const usd = nanoUsd / NANO_PER_USD;
  if (usd === 0 || Math.abs(usd) >= 0.1) return `$${usd.toFixed(2)}`;
  const decimals = Math.min(9, 1 - Math.floor(Math.log10(Math.abs(usd))));
  return `$${usd.toFixed(Math.max(2, decimals))}`;
}

/** What one answered call of a paid service used and cost. */
export interface PaidCall {
  requestId: string | null;
  model: string;
  mode: 'online' | 'batch';
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  costNanoUsd: number;
}

/** Counts what an analysis pays, and stops it before it would pay more than was allowed. */
export interface Meter {
  /**
   * Call it before each paid call. Resolves when the worst case fits the batch's budget, perhaps after others in flight
   * are settled; rejects when it never will. `worstNanoUsd` is asked only when there is a budget.
   */
  reserve(worstNanoUsd: () => Promise<number>): Promise<void>;
  /** Call it for each answer that is billed, useful or not. */
  paid(call: PaidCall): void;
}
