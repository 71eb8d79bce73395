import type { BilledTokens } from './models.ts';

export interface LedgerEntry {
  requestId: string;
  endpoint: string;
  /** Method and path. */
  target: string;
  startedAtMs: number;
  endedAtMs: number | null;
  status: number | null;
  fault: string | null;
  /** Equal for equal requests. */
  key: string | null;
  model: string | null;
  batchId?: string;
  customId?: string;
  tokens: BilledTokens | null;
  costNanoUsd: number;
  fabricated: string[];
  /** What was to be seen in a billed request. */
  images: number;
  pdfPages: number;
}

export interface LedgerTotals {
  requests: number;
  /** Messages calls and items of batches that were billed. */
  billed: number;
  billedTwice: number;
  costNanoUsd: number;
  inputTokens: number;
  outputTokens: number;
  cacheReadTokens: number;
  cacheWriteTokens: number;
  peakInFlight: number;
  byStatus: Record<string, number>;
  /** Those whose caller went away, or waits, with how long it waited so far; the first 20. */
  unanswered: string[];
}

export interface Ledger {
  entries: LedgerEntry[];
  open(entry: Pick<LedgerEntry, 'requestId' | 'endpoint' | 'target'>): LedgerEntry;
  close(entry: LedgerEntry, status: number | null): void;
  totals(): LedgerTotals;
  clear(): void;
}

/** Every request that came, whether it was answered, and what it cost. */
export function createLedger(): Ledger {
  const entries: LedgerEntry[] = [];
  let inFlight = 0;
  let peakInFlight = 0;
  return {
    entries,
    open: ({ requestId, endpoint, target }) => {
      const entry: LedgerEntry = {
        requestId,
        endpoint,
        target,
        startedAtMs: Date.now(),
        endedAtMs: null,
        status: null,
        fault: null,
        key: null,
        model: null,
        tokens: null,
        costNanoUsd: 0,
        fabricated: [],
        images: 0,
        pdfPages: 0,
      };
      entries.push(entry);
      if (endpoint === 'messages') {
        inFlight += 1;
        peakInFlight = Math.max(peakInFlight, inFlight);
      }
      return entry;
    },
    close: (entry, status) => {
      if (entry.endedAtMs !== null) return;
      entry.endedAtMs = Date.now();
      entry.status = status;
      if (entry.endpoint === 'messages') inFlight -= 1;
    },
    totals: () => {
      const billed = entries.filter(({ tokens }) => tokens !== null);
      const sum = (of: (entry: LedgerEntry) => number) =>
        billed.reduce((total, entry) => total + of(entry), 0);
      const byStatus: Record<string, number> = {};
      for (const { endpoint, status } of entries) {
        const name = `${endpoint} ${status ?? 'no answer'}`;
        byStatus[name] = (byStatus[name] ?? 0) + 1;
      }
      return {
        requests: entries.length,
        billed: billed.length,
        billedTwice: billed.length - new Set(billed.map(({ key }) => key)).size,
        costNanoUsd: sum(({ costNanoUsd }) => costNanoUsd),
        inputTokens: sum(({ tokens }) => tokens!.input),
        outputTokens: sum(({ tokens }) => tokens!.output),
        cacheReadTokens: sum(({ tokens }) => tokens!.read),
        cacheWriteTokens: sum(({ tokens }) => tokens!.write5m + tokens!.write1h),
        peakInFlight,
        byStatus,
        unanswered: entries
          .filter(({ status }) => status === null)
          .slice(0, 20)
          .map(
            ({ target, startedAtMs, endedAtMs }) =>
              `${target}, ${(endedAtMs ?? Date.now()) - startedAtMs} ms`,
          ),
      };
    },
    clear: () => {
      entries.length = 0;
      peakInFlight = inFlight;
    },
  };
}
