import { createAnalyzer } from '../../../src/analyze/create-analyzer.ts';
import type { Queryable } from '../../../src/db/database.ts';
import type { ShownProviderBatch } from '../../../src/db/provider-status.ts';
import { findProviderBatches } from '../../../src/db/provider-status.ts';
import { batchRecipe } from '../../../src/db/recipes.ts';
import { DocumentFailure } from '../../../src/domain/failure.ts';
import type { ProviderBatches } from '../../../src/domain/provider-batch.ts';
import { commandLine } from '../../command-name.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../context.ts';

/** The other side of a batch, as its recipe has it. */
export async function providerOf(
  context: CliContext,
  db: Queryable,
  batchId: string,
): Promise<ProviderBatches> {
  const { analyzer, parameters } = await batchRecipe(db, batchId);
  const unused = () => Promise.reject(new Error('not run here'));
  const { prices } = context.config().claude;
  const deps = { answerLocally: unused, env: context.env, claude: { prices, ground: unused } };
  const { batches } = createAnalyzer(analyzer, deps, parameters);
  if (batches !== undefined) return batches;
  throw new CliError(`This batch does not ask by the batch: its analyzer is \`${analyzer}\``);
}

/** What the provider refuses is the user's to know. */
export async function asked<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    throw new CliError(what, {
      why: error.message,
      next: 'set ANTHROPIC_API_KEY, or try again',
      cause: error,
    });
  }
}

export async function oneProviderBatch(
  context: CliContext,
  db: Queryable,
  start: string,
): Promise<ShownProviderBatch> {
  const found = await findProviderBatches(db, start);
  if (found.length === 1) return found[0]!;
  throw new CliError(
    found.length === 0 ? `No provider batch \`${start}\`` : `\`${start}\` is the start of several`,
    {
      ...(found.length === 0 ? {} : { why: found.map(({ id, providerId }) => providerId ?? id).join(', ') }),
      next: commandLine(context.env, 'provider-batches list'),
    },
  );
}
