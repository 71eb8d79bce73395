import { startBatch, wakeBatch } from '../../src/client/start-batch.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import type { SkipOutcome } from '../../src/db/skip.ts';
import { skipDocuments, unskipDocuments } from '../../src/db/skip.ts';
import { shortId } from '../../src/domain/ids.ts';
import { uriPattern } from '../../src/sources/glob.ts';
import { actorName } from '../../src/actor.ts';
import { commandLine, shellWord } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { findDocument } from '../find-document.ts';
import { documents } from '../nothing-to-do.ts';
import { openSession } from '../open-session.ts';

interface Flags {
  batch?: string;
  match?: string;
  reason?: string;
  undo?: boolean;
}

export async function skip(context: CliContext, named: string[], flags: Flags): Promise<number> {
  if (named.length > 0 === (flags.match !== undefined)) {
    throw new CliError('Expected documents or `--match`', {
      why: named.length > 0 ? 'they exclude one another' : 'nothing says which documents to skip',
      next: commandLine(context.env, 'skip invoice.pdf'),
    });
  }
  const db = await context.database();
  const batch = flags.batch === undefined ? null : await resolveBatch(db, flags.batch);
  const ids: string[] = [];
  for (const name of named) ids.push((await findDocument(context, db, name)).id);
  const { client } = await openSession(context, { worker: false });
  const change = flags.undo === true ? unskipDocuments : skipDocuments;
  const outcome = await change(db, {
    documentIds: flags.match === undefined ? ids : null,
    uriPattern: flags.match === undefined ? null : uriPattern(flags.match),
    batchId: batch?.id ?? null,
    actor: actorName(context.env),
    reason: flags.reason ?? null,
  });
  if (outcome.matched === 0) {
    throw new CliError('No document is selected', {
      why: `${flags.match === undefined ? 'they are' : `nothing that matches \`${flags.match}\` is`} ${batch === null ? 'registered' : `in batch ${shortId(batch.id)}`}`,
      next: 'quote the glob; `docbatch report` lists the documents of a batch',
    });
  }
  const signal = flags.undo === true ? 'wake' : 'skipped';
  for (const { id, workflowId, goesOn } of outcome.batches) {
    if (goesOn) await startBatch(db, client, id);
    else if (workflowId !== null) await wakeBatch(client, workflowId, signal);
  }
  say(context, outcome, named, flags);
  return 0;
}

function say(
  context: CliContext,
  { matched, changed, batches }: SkipOutcome,
  named: readonly string[],
  flags: Flags,
): void {
  const undo = flags.undo === true;
  const [done, other] = undo ? ['Taken up again', 'not skipped'] : ['Skipped', 'skipped or finished'];
  context.out(
    changed === 0
      ? `Nothing changed: ${documents(matched)}, ${other} already`
      : `${done}: ${documents(changed)}`,
  );
  for (const { id, name, items } of batches) context.out(`  ${items} in batch ${shortId(id)} (${name})`);
  if (changed > 0 && !undo) {
    const what = flags.match === undefined ? named.map(shellWord) : ['--match', shellWord(flags.match)];
    const where = flags.batch === undefined ? [] : ['--batch', shellWord(flags.batch)];
    const again = ['skip --undo', ...where, ...what].join(' ');
    context.err(`Take up again with: ${commandLine(context.env, again)}`);
  }
  if (changed > 0 && undo && batches.length === 0) {
    context.err(`Process what is pending: ${commandLine(context.env, 'process --all')}`);
  }
}
