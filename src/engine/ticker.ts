import type { Database } from '../db/database.ts';
import { readClosedGates } from '../db/gates.ts';
import { beat, notePeakRss, readBatchViews } from '../db/workers.ts';
import type { ActiveBatch } from './active-batch.ts';
import { adoptView } from './active-batch.ts';
import type { Shares } from './shares.ts';

/** How often a worker reads the rows that rule it. */
const TICK_MS = 500;

export interface TickerOptions {
  db: Database;
  workerId: string;
  batches: ReadonlyMap<string, ActiveBatch>;
  shares: Shares;
  /** Of this process and its children. */
  rssBytes(): number;
  /** The worker's row is gone (it was taken for dead): enter it again. */
  register(): Promise<void>;
  /** Runs after each round, successful or not. */
  onTick(elapsedMs: number): void;
}

export interface Ticker {
  /** Milliseconds since the rows were last read. */
  ageMs(): number;
  stop(): Promise<void>;
}

/** Twice a second: I am alive; what do my batches' rows order; what is my share of each; which gates are closed. */
export function startTicker(options: TickerOptions): Ticker {
  let lastOkAtMs = performance.now();
  let lastAtMs = performance.now();
  let stopped = false;
  let wakeUp: () => void = () => undefined;

  const loop = async (): Promise<void> => {
    while (!stopped) {
      const startedAtMs = performance.now();
      try {
        await tick(options);
        // The start counts: a process frozen in the middle of a round has old news.
        lastOkAtMs = startedAtMs;
      } catch {
        // The database is away: nothing starts until it is back; commits wait by themselves.
      }
      options.onTick(performance.now() - lastAtMs);
      lastAtMs = performance.now();
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, TICK_MS);
        wakeUp = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const ended = loop();
  return {
    ageMs: () => performance.now() - lastOkAtMs,
    stop: () => {
      stopped = true;
      wakeUp();
      return ended;
    },
  };
}

async function tick({ db, workerId, batches, shares, rssBytes, register }: TickerOptions): Promise<void> {
  if (!(await beat(db, workerId, rssBytes()))) await register();
  if (batches.size === 0) return;
  const askedAtMs = performance.now();
  const known = [...batches.values()];
  const ids = known.map(({ batchId }) => batchId);
  for (const view of await readBatchViews(db, ids)) {
    const batch = batches.get(view.batchId);
    if (batch !== undefined) adoptView(batch, view);
  }
  await shares.renew(() => batches.values());
  const gates = known.map(({ gate }) => gate);
  const gatesAskedAtMs = performance.now();
  const providers = new Set(gates.map(({ provider }) => provider));
  const closed = new Map((await readClosedGates(db, [...providers])).map((row) => [row.provider, row]));
  for (const gate of gates) gate.update(closed.get(gate.provider), gatesAskedAtMs);
  for (const batch of known) batch.readAtMs = askedAtMs;
  await notePeakRss(db, ids);
}
