import type { Database } from '../db/database.ts';
import type { GateRow } from '../db/gates.ts';
import { claimProbe, closeGate, endProbe, readClosedGates, stopGate } from '../db/gates.ts';
import { startRamp } from '../db/limits.ts';

/** This worker's view of the shared circuit breaker of one analyzer (row `provider_gate`). */
export interface Gate {
  readonly provider: string;
  isClosed(): boolean;
  /** Milliseconds until the next probe may be made. */
  probeInMs(): number;
  /** What the rows say; called by the ticker for all gates at once. */
  update(row: GateRow | undefined): void;
  /** Counts a call that was answered, or failed in a way that a retry may heal. Closes the gate for all when too many fail. */
  record(ok: boolean, reason: string): Promise<void>;
  /** The other side asks all callers to wait so long. */
  stop(reason: string, forMs: number): Promise<void>;
  /** Reads the row now: another worker may have closed the gate since the last tick. */
  refresh(): Promise<void>;
  /** True for the one task, over all workers, that may try next; `end` must follow. */
  claimProbe(): Promise<boolean>;
  endProbe(ok: boolean | null): Promise<void>;
}

/** Half of the last 20 calls (design.md, "gate"). */
const WINDOW = 20;
const LIMIT = 0.5;
const RAMP_MS = 10_000;
/** A probe that has not ended by then belongs to a dead worker. */
const PROBE_RIGHT_MS = 30_000;

export function createGate(db: Database, provider: string, workerId: string, callTimeoutMs: number): Gate {
  let recent: boolean[] = [];
  let row: GateRow | undefined;
  const refresh = async (): Promise<void> => {
    update((await readClosedGates(db, [provider]))[0]);
  };
  const update = (next: GateRow | undefined): void => {
    if (row !== undefined && next === undefined) recent = [];
    row = next;
  };
  return {
    provider,
    isClosed: () => row !== undefined,
    probeInMs: () => row?.probeInMs ?? 0,
    update,
    refresh,
    record: async (ok, reason) => {
      if (row !== undefined) return;
      recent.push(ok);
      if (recent.length > WINDOW) recent.shift();
      const faults = recent.filter((good) => !good).length;
      if (ok || recent.length < WINDOW || faults < WINDOW * LIMIT) return;
      await closeGate(db, provider, reason);
      await refresh();
    },
    stop: async (reason, forMs) => {
      await stopGate(db, provider, reason, forMs);
      await refresh();
    },
    claimProbe: () => claimProbe(db, provider, workerId, callTimeoutMs + PROBE_RIGHT_MS),
    endProbe: async (ok) => {
      // Not all at once after a stop.
      if (ok === true) await startRamp(db, provider, RAMP_MS);
      await endProbe(db, provider, workerId, ok);
      await refresh();
    },
  };
}
