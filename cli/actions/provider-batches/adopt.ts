import { openGroups, recordCreated, unknownBatches } from '../../../src/db/provider-batches.ts';
import { resolveBatch } from '../../../src/db/resolve-batch.ts';
import { shortId } from '../../../src/domain/ids.ts';
import { commandLine } from '../../command-name.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../context.ts';
import { asked, providerOf } from './provider-of.ts';

/** What a person knows better than a search by size; the results prove it all the same, before one is stored. */
export async function adopt(context: CliContext, named: string, providerId: string): Promise<number> {
  const db = await context.database();
  const { id, name } = await resolveBatch(db, named);
  const list = commandLine(context.env, `provider-batches list ${shortId(id)}`);
  const inDoubt = (await openGroups(db, id)).filter(({ state }) => state === 'creating');
  if (inDoubt.length === 0) {
    throw new CliError(`Batch ${shortId(id)} (${name}) has no provider batch in doubt`, { next: list });
  }
  const batches = await providerOf(context, db, id);
  const seen = await asked(`\`${providerId}\` could not be looked at`, () =>
    batches.look(providerId, context.interrupted),
  );
  if (seen === null) throw new CliError(`The provider knows no batch \`${providerId}\``, { next: list });
  if (!(await unknownBatches(db, [providerId])).has(providerId)) {
    throw new CliError(`\`${providerId}\` belongs to another group of requests already`, { next: list });
  }
  const group = inDoubt.find(({ requests }) => requests === seen.requests);
  if (group === undefined) {
    throw new CliError(`\`${providerId}\` has ${seen.requests} requests, and is none of those in doubt`, {
      why: `those have ${inDoubt.map(({ requests }) => requests).join(', ')} requests`,
      next: list,
    });
  }
  const { expiresAt } = seen;
  if (!(await recordCreated(db, group.id, { providerId, expiresAt, adopted: true }))) {
    throw new CliError('It was found, or sent again, in this moment', { next: list });
  }
  context.out(`Batch ${shortId(id)} (${name}): \`${providerId}\` is taken for its ${seen.requests} requests`);
  context.err('Its results prove it by their ids before one is stored.');
  return 0;
}
