import { deleteHistories } from '../../src/client/delete-histories.ts';
import { countPrunable, endedWorkflows, pruneResults, pruneTexts, vacuum } from '../../src/db/prune.ts';
import { countProviderBatches, pruneProviderBatches } from '../../src/db/prune-provider.ts';
import { actorName } from '../../src/actor.ts';
import type { Age } from '../age.ts';
import { commandLine } from '../command-name.ts';
import { consent } from '../consent.ts';
import type { CliContext } from '../context.ts';
import { openSession } from '../open-session.ts';
import { formatBytes } from '../output/bytes.ts';

interface Flags {
  olderThan: Age;
  yes?: boolean;
  dryRun?: boolean;
  json?: boolean;
}

export async function prune(context: CliContext, flags: Flags): Promise<number> {
  const { db, client } = await openSession(context, { worker: false });
  const before = new Date(Date.now() - flags.olderThan.ms);
  const ended = (ids: readonly string[]) => endedWorkflows(db, ids, before);
  const histories = (dryRun: boolean) => deleteHistories(client, { before, ended, dryRun });
  const ahead = {
    ...(await countPrunable(db, before)),
    providerBatches: await countProviderBatches(db, before),
    histories: await histories(true),
  };
  const isNothing = Object.values(ahead).every(({ count }) => count === 0);
  if (flags.dryRun === true || isNothing) {
    show(context, isNothing ? 'Nothing to delete' : 'Would delete', { ...ahead, diskBytes: 0 }, flags);
    return 0;
  }
  const next = commandLine(context.env, `prune --older-than ${flags.olderThan.text} --yes`);
  await consent(context, { text: `Delete ${describe(ahead)}, for good?`, yes: flags.yes === true, next });
  const gone = {
    texts: await pruneTexts(db, before),
    results: await pruneResults(db, before, actorName(context.env)),
    providerBatches: await pruneProviderBatches(db, before),
    histories: await histories(false),
    diskBytes: await vacuum(db),
  };
  show(context, 'Deleted', gone, flags);
  return 0;
}

type Sizes = Record<
  'texts' | 'results' | 'providerBatches' | 'histories',
  { count: number; sizeBytes: number }
> & {
  histories: { refusal: string | null };
};

function show(context: CliContext, what: string, gone: Sizes & { diskBytes: number }, flags: Flags): void {
  const { texts, results, providerBatches, histories, diskBytes } = gone;
  const freedBytes = [texts, results, providerBatches, histories].reduce(
    (sum, { sizeBytes }) => sum + sizeBytes,
    0,
  );
  if (flags.json === true) {
    context.out(JSON.stringify({ dryRun: flags.dryRun === true, ...gone, freedBytes }, null, 2));
    return;
  }
  context.out(`${what}: ${describe(gone)}`);
  if (what === 'Deleted') {
    context.out(
      `Freed: ${formatBytes(freedBytes)}; the database's files are ${formatBytes(diskBytes)} smaller`,
    );
  }
  if (histories.refusal !== null) context.err(`Temporal keeps its histories: ${histories.refusal}`);
}

function describe({ texts, results, providerBatches, histories }: Sizes): string {
  const named = { texts, results, 'provider batches': providerBatches, 'workflow histories': histories };
  return Object.entries(named)
    .map(([what, { count, sizeBytes }]) => `${count} ${what} (${formatBytes(sizeBytes)})`)
    .join(', ');
}
