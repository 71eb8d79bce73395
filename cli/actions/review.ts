import { startBatch } from '../../src/client/start-batch.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import type { DecidedBatch, Decision } from '../../src/db/reviews.ts';
import { decideReviews, listReviews } from '../../src/db/reviews.ts';
import { batchWorkflowId, shortId } from '../../src/domain/ids.ts';
import { actorName } from '../../src/actor.ts';
import { showEnd } from '../batch-end.ts';
import { commandLine, shellWord } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { findDocument } from '../find-document.ts';
import { followBatch } from '../follow-batch.ts';
import { documents } from '../nothing-to-do.ts';
import type { Session } from '../open-session.ts';
import { openSession } from '../open-session.ts';
import { pauseOnInterrupt } from '../pause-on-interrupt.ts';

interface Flags {
  all?: boolean;
  batch?: string;
  reason?: string;
}

export async function list(
  context: CliContext,
  named: string | undefined,
  flags: { json?: boolean },
): Promise<number> {
  const db = await context.database();
  const batch = named === undefined ? null : await resolveBatch(db, named);
  const rows = await listReviews(db, batch?.id ?? null);
  if (flags.json === true) {
    context.out(JSON.stringify(rows, null, 2));
    return 0;
  }
  if (rows.length === 0) context.out('Nothing waits for a person.');
  for (const row of rows) {
    context.out(`? ${row.shortName}  batch ${shortId(row.batchId)}: ${row.message ?? ''}`);
  }
  const first = rows[0]?.shortName;
  if (first !== undefined) {
    context.err(`Its answer:  ${commandLine(context.env, `results ${shellWord(first)}`)}`);
    context.err(`Take it:     ${commandLine(context.env, `review accept ${shellWord(first)}`)}`);
    context.err(`Discard it:  ${commandLine(context.env, `review reject ${shellWord(first)}`)}`);
  }
  return 0;
}

export const accept = decide('accept');
export const reject = decide('reject');

function decide(verdict: Decision['verdict']) {
  return async (context: CliContext, named: string[], flags: Flags): Promise<number> => {
    if (named.length > 0 === (flags.all === true)) {
      throw new CliError('Expected documents or `--all`', {
        why: named.length > 0 ? 'they exclude one another' : 'nothing says which documents are meant',
        next: commandLine(context.env, 'review list'),
      });
    }
    const db = await context.database();
    const batch = flags.batch === undefined ? null : await resolveBatch(db, flags.batch);
    const ids: string[] = [];
    for (const name of named) ids.push((await findDocument(context, db, name)).id);
    const session = await openSession(context, { worker: true });
    const decided = await decideReviews(db, {
      verdict,
      documentIds: flags.all === true ? null : ids,
      batchId: batch?.id ?? null,
      actor: actorName(context.env),
      reason: flags.reason ?? null,
    });
    if (decided.length === 0) {
      const which = flags.all === true ? 'no document' : 'none of these documents';
      context.out(`Nothing changed: ${which} waits for a person`);
      return 0;
    }
    for (const { id, name, decided: count, left } of decided) {
      const rest = left > 0 ? `; ${left} still wait` : '';
      context.out(
        `${verdict === 'accept' ? 'Accepted' : 'Rejected'}: ${documents(count)} in batch ${shortId(id)} (${name})${rest}`,
      );
    }
    const goingOn = decided.filter(({ goesOn }) => goesOn);
    for (const { id } of goingOn) await startBatch(db, session.client, id);
    let exitCode = 0;
    for (const one of goingOn) exitCode = Math.max(exitCode, await follow(context, session, one));
    return exitCode;
  };
}

/** The last decision lets the batch end, which is its workflow's to do. */
async function follow(
  context: CliContext,
  session: Session,
  { id, workflowId }: DecidedBatch,
): Promise<number> {
  const { db } = session;
  const batch = { id, workflowId: workflowId ?? batchWorkflowId(id) };
  const onInterrupt = pauseOnInterrupt(context, session, batch);
  return showEnd(context, db, await followBatch(context, db, id, onInterrupt));
}
