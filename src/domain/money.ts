import type { CallReport } from './limits.ts';

/** Money is integer nano-USD everywhere; it becomes text only here. */
export const NANO_PER_USD = 1_000_000_000;

/** `$12.34`, `$0.0042`: to the cent, and to so many significant digits; never `$0.00` for something. */
export function formatUsd(nanoUsd: number, digits = 2): string {
  const usd = nanoUsd / NANO_PER_USD;
  const decimals = usd === 0 ? 0 : digits - 1 - Math.floor(Math.log10(Math.abs(usd)));
  return `$${usd.toFixed(Math.min(9, Math.max(2, decimals)))}`;
}

/** Calls that were sent, or may have been, and whose answer is not known: perhaps billed. */
export interface UnknownCalls {
  calls: number;
  /** The most that they cost; those whose document is done by now count as much as the call that followed. */
  nanoUsd: number;
}

/** `up to $0.04 more for 3 calls whose outcome is unknown`; null when there are none. */
export function describeUnknown({ calls, nanoUsd }: UnknownCalls): string | null {
  if (nanoUsd === 0) return null;
  return `up to ${formatUsd(nanoUsd)} more for ${calls} ${calls === 1 ? 'call' : 'calls'} whose outcome is unknown`;
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

/** The door of every paid call: keeps budgets and the limits that all workers share, and counts what is paid. */
export interface Meter {
  /**
   * Before all: resolves when `event` has, or after so long at most. What waits for another call is not in work, and its
   * time is not held against it.
   */
  waitFor(event: Promise<void>, atMostMs: number): Promise<void>;
  /**
   * Call it before each paid call. Resolves when the worst case fits the batch's budget, perhaps after others in flight
   * are settled; rejects when it never will. `worstNanoUsd` is asked only when there is a budget.
   */
  reserve(worstNanoUsd: () => Promise<number>): Promise<void>;
  /**
   * Then this: resolves when the other side has room for a call of about this size. `mostNanoUsd` is about what it may
   * cost, for the account of a call that is lost where no budget has asked for more.
   */
  admit(inputTokens: number, mostNanoUsd: number): Promise<void>;
  /**
   * Then, for a call with pictures, this: resolves when this process has room for them, with what gives the room back. So
   * nothing that is large waits for anything but its own answer.
   */
  room(sizeBytes: number): Promise<() => void>;
  /** After each call, answered or not. */
  report(call: CallReport): void;
  /** Call it for each answer that is billed, useful or not. */
  paid(call: PaidCall): void;
  /** Call it when a call that was sent gave no answer: it may have been billed, and stays reserved until that is settled. */
  lost(): void;
}
