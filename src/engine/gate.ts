import type { Database } from '../db/database.ts';
import type { GateRow } from '../db/gates.ts';
import { claimProbe, closeGate, endProbe, readClosedGates, stopGate } from '../db/gates.ts';
import { startRamp } from '../db/limits.ts';
import type { Analyzer } from '../domain/analyzer.ts';
import type { CallVerdict } from './consequence.ts';
import { outlastOutage } from './outage.ts';

/** This worker's view of the shared circuit breaker of one analyzer (row `provider_gate`). */
export interface Gate {
  readonly provider: string;
  /** Never for those who make no calls: what asks by the batch, before its deadline. */
  isClosed(): boolean;
  /** Milliseconds until the next probe may be made. */
  probeInMs(): number;
  /** What the rows said to a question of this moment (`performance.now()`); called by the ticker for all gates at once. */
  update(row: GateRow | undefined, askedAtMs: number): void;
  /** Counts a call that was answered, or failed in a way that a retry may heal. Closes the gate for all when too many fail. */
  record(verdict: NonNullable<CallVerdict>): Promise<void>;
  /** The other side asks all callers to wait so long. */
  stop(reason: string, forMs: number): Promise<void>;
  /** Reads the row now: another worker may have closed the gate since the last tick. */
  refresh(): Promise<void>;
  /** True for the one task, over all workers, that may try next; `endProbe` must follow. */
  claimProbe(): Promise<boolean>;
  /** Null: the probe made no call. */
  endProbe(verdict: CallVerdict): Promise<void>;
}

/** Half of the last 20 calls (design.md, "gate"). */
const WINDOW = 20;
const LIMIT = 0.5;
/** After a stop the rate rises to the whole within this time. */
const RAMP_MS = 10_000;
/** A probe that has not ended by then is lost, even when its worker lives. */
const PROBE_RIGHT_MS = 30_000;

export function createGate(
  db: Database,
  { provider, sharesLimits = false }: Pick<Analyzer, 'provider' | 'sharesLimits'>,
  workerId: string,
  { callTimeoutMs, isNeeded }: { callTimeoutMs: number; isNeeded(): boolean },
): Gate {
  let recent: boolean[] = [];
  let row: GateRow | undefined;
  let changedAtMs = 0;
  const update: Gate['update'] = (next, askedAtMs) => {
    // An answer from before our own change would open the gate for half a second, or close it again.
    if (askedAtMs < changedAtMs) return;
    if (row !== undefined && next === undefined) recent = [];
    row = next;
  };
  const refresh = async (): Promise<void> => {
    const askedAtMs = performance.now();
    update((await outlastOutage(() => readClosedGates(db, [provider])))[0], askedAtMs);
  };
  const change = async (statement: () => Promise<void>): Promise<void> => {
    await outlastOutage(statement);
    changedAtMs = performance.now();
    await refresh();
  };
  return {
    provider,
    isClosed: () => row !== undefined && isNeeded(),
    probeInMs: () => row?.probeInMs ?? 0,
    update,
    refresh,
    record: async ({ ok, reason, retryAfterMs }) => {
      if (row !== undefined) return;
      recent.push(ok);
      if (recent.length > WINDOW) recent.shift();
      const faults = recent.filter((good) => !good).length;
      if (ok || recent.length < WINDOW || faults < WINDOW * LIMIT) return;
      await change(() => closeGate(db, provider, reason, retryAfterMs));
    },
    stop: (reason, forMs) => change(() => stopGate(db, provider, reason, forMs)),
    claimProbe: () => claimProbe(db, provider, workerId, callTimeoutMs + PROBE_RIGHT_MS),
    endProbe: (verdict) =>
      change(async () => {
        // Not all at once after a stop.
        if (verdict?.ok === true && sharesLimits) await startRamp(db, provider, RAMP_MS);
        await endProbe(db, provider, workerId, verdict?.ok ?? null, verdict?.retryAfterMs ?? 0);
      }),
  };
}
