import { readEvents } from '../../src/db/batch-events.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import type { Database } from '../../src/db/database.ts';
import type { NamedBatch } from '../../src/db/resolve-batch.ts';
import { isOpen, resolveBatch, runningBatches } from '../../src/db/resolve-batch.ts';
import { describeEvent } from '../../src/domain/describe-event.ts';
import { hasLiveWorker } from '../../src/db/workers.ts';
import { shortId } from '../../src/domain/ids.ts';
import { showNextCommands, showReason } from '../batch-end.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { documents } from '../nothing-to-do.ts';
import type { Session } from '../open-session.ts';
import { openSession } from '../open-session.ts';
import { describe } from '../output/progress-view.ts';
import { workerCommand } from '../worker-command.ts';
import { workflowUrl } from '../workflow-url.ts';

const SHOWN_EVENTS = 5;

/** Looks at the workflows of open batches first: a row never claims to run when nothing does. */
export async function status(
  context: CliContext,
  named: string | undefined,
  flags: { json?: boolean },
): Promise<number> {
  const db = await context.database();
  const found = await wanted(db, named);
  const session = found.some(isOpen) ? await openSession(context, { worker: false }) : null;
  const batches = session === null ? found : await wanted(db, named);
  for (const [index, batch] of batches.entries()) {
    if (flags.json === true) {
      const events = await readEvents(db, batch.id);
      context.out(JSON.stringify({ ...(await batchSnapshot(db, batch.id)), events }));
    } else {
      if (index > 0) context.out('\n');
      await show(context, db, session, batch);
    }
  }
  return 0;
}

async function wanted(db: Database, named: string | undefined): Promise<NamedBatch[]> {
  const running = named === undefined ? await runningBatches(db) : [];
  return running.length > 0 ? running : [await resolveBatch(db, named ?? 'last')];
}

async function show(
  context: CliContext,
  db: Database,
  session: Session | null,
  { id, workflowId }: NamedBatch,
): Promise<void> {
  const snapshot = await batchSnapshot(db, id);
  const { counts, analyzer } = snapshot;
  const isAlone = ['pending', 'processing'].includes(snapshot.status) && !(await hasLiveWorker(db));
  const stalled = snapshot.stalled ? ', stalled' : '';
  context.out(`Batch ${shortId(id)} (${snapshot.name}): ${snapshot.status}${stalled}; analyzer: ${analyzer}`);
  context.out(
    `${documents(counts.total)}: ${describe({ ...snapshot, stalledReason: null }, { withStatus: false, withTimeLeft: !isAlone })}`,
  );
  if (isAlone) {
    context.out(
      `No worker is running: nothing moves until \`${commandLine(context.env, workerCommand(context))}\``,
    );
  }
  showReason(context, snapshot);
  if (snapshot.stalledReason !== null) context.out(`Stalled: ${snapshot.stalledReason}`);
  for (const row of (await readEvents(db, id)).slice(-SHOWN_EVENTS)) {
    const text = describeEvent(row);
    context.out(
      `  ${row.at.toISOString().slice(0, 19)}Z  ${row.event} by ${row.actor}${text === '' ? '' : `: ${text}`}`,
    );
  }
  const url = session !== null && isOpen(snapshot) ? await workflowUrl(session, workflowId) : null;
  if (url !== null) context.out(`Web UI:         ${url}`);
  await showNextCommands(context, db, snapshot);
}
