import { setTimeout as sleep } from 'node:timers/promises';
import type { Database } from '../src/db/database.ts';
import { batchSnapshot } from '../src/db/batch-snapshot.ts';
import type { BatchSnapshot } from '../src/db/batch-snapshot.ts';
import { watchForWorkers } from '../src/client/watch-for-workers.ts';
import { lookPatiently } from '../src/db/look-patiently.ts';
import { reportMemory } from '../src/dev/report-memory.ts';
import { hasSettled } from '../src/domain/batch.ts';
import { shortId } from '../src/domain/ids.ts';
import { formatUsd } from '../src/domain/money.ts';
import { commandLine } from './command-name.ts';
import { workerCommand } from './worker-command.ts';
import type { CliContext } from './context.ts';
import { createProgressView } from './output/progress-view.ts';
import { createVerboseFeed } from './output/verbose-feed.ts';

const LOOK_MS = 400;
/** To count 250,000 items takes a while: most of the time the database is left to the workers. */
const PAUSE_PER_LOOK = 10;
const MOST_PAUSE_MS = 5_000;

export interface Watch {
  onLook?: (snapshot: BatchSnapshot) => void;
  /** One line per document as it ends, instead of a bar. @default false */
  verbose?: boolean;
}

/** Shows a batch until it stands still; the first Ctrl-C asks `onInterrupt`, and waits for what is in flight. */
export async function followBatch(
  context: CliContext,
  db: Database,
  batchId: string,
  onInterrupt: () => Promise<void>,
  { onLook = () => undefined, verbose = false }: Watch = {},
): Promise<BatchSnapshot> {
  const view = createProgressView(context, { plain: verbose });
  const feed = verbose ? createVerboseFeed(context, db, batchId) : null;
  const watchWorkers = watchForWorkers(db, (message) =>
    context.err(`${message}; start one: ${commandLine(context.env, workerCommand(context))}`),
  );
  const stopReporting = reportMemory(db);
  let asked = false;
  let warned = false;
  try {
    for (;;) {
      if (context.interrupted.aborted && !asked) {
        asked = true;
        await onInterrupt();
      }
      const lookedAtMs = performance.now();
      const snapshot = await lookPatiently(() => batchSnapshot(db, batchId));
      const pauseMs = Math.max(LOOK_MS, PAUSE_PER_LOOK * (performance.now() - lookedAtMs));
      if (feed !== null) await lookPatiently(() => feed());
      view.update(snapshot);
      warned ||= warnOfBudget(context, snapshot);
      onLook(snapshot);
      if (hasSettled(snapshot)) return snapshot;
      await lookPatiently(() => watchWorkers(snapshot));
      const untilInterrupted = asked ? {} : { signal: context.interrupted };
      await sleep(Math.min(pauseMs, MOST_PAUSE_MS), undefined, untilInterrupted).catch(() => undefined);
    }
  } finally {
    view.stop();
    stopReporting();
  }
}

/** True when it has warned, which it does once: four fifths of the money are gone. */
function warnOfBudget(context: CliContext, { id, money }: BatchSnapshot): boolean {
  const { spentNanoUsd, interruptedNanoUsd, budgetNanoUsd } = money;
  const spent = spentNanoUsd + interruptedNanoUsd;
  if (budgetNanoUsd === null || spent < budgetNanoUsd * 0.8) return false;
  const more = commandLine(context.env, `set ${shortId(id)} --budget <USD>`);
  context.err(
    `${formatUsd(spent)} of the budget of ${formatUsd(budgetNanoUsd)} are spent; more with: ${more}`,
  );
  return true;
}
