import type { SummaryEstimate } from '../src/analyze/claude/estimate-summary.ts';
import type { Queryable } from '../src/db/database.ts';
import type { Sampled } from '../src/db/estimate-rows.ts';
import { formatUsd, NANO_PER_USD } from '../src/domain/money.ts';
import type { Recipe } from '../src/domain/recipe.ts';
import type { LoadedProfile } from '../src/profiles/load-profile.ts';
import { consent } from './consent.ts';
import type { CliContext } from './context.ts';
import type { RunEstimate } from './estimate-run.ts';
import { estimateRun } from './estimate-run.ts';

/** `claude-haiku-5-5, online, profile summary: 18 documents, 31 pages, 41,200 input tokens, about $0.012 ($0.0051 to $0.031)`. */
export function describeEstimate({ name, profile }: LoadedProfile, estimate: RunEstimate): string {
  const { documents, pages, inputTokens, lowNanoUsd, likelyNanoUsd, highNanoUsd } = estimate;
  const number = (value: number) => value.toLocaleString('en-US');
  const counted = (count: number, one: string) => `${number(count)} ${one}${count === 1 ? '' : 's'}`;
  const money = `about ${formatUsd(likelyNanoUsd)} (${formatUsd(lowNanoUsd)} to ${formatUsd(highNanoUsd)})`;
  const notes = [
    estimate.cached > 0
      ? `${counted(estimate.cached, 'document')} answered already, or equal to another, at no cost`
      : null,
    estimate.unreadable > 0
      ? `${counted(estimate.unreadable, 'document')} that cannot be read, at no cost`
      : null,
    estimate.summary === null ? null : describeSummaryCalls(estimate.summary),
    estimate.lookedAt < documents ? `from a sample of ${estimate.lookedAt}` : null,
  ].filter((note) => note !== null);
  return `${profile.model}, ${estimate.isBatch ? 'by the batch (half the price, within 24 h)' : 'online'}, profile ${name}: ${counted(documents, 'document')}, ${counted(pages, 'page')}, ${counted(inputTokens, 'input token')}, ${money}${notes.length > 0 ? `; ${notes.join('; ')}` : ''}`;
}

/** Also where documents go by the batch: it is one call, and a person waits for it. */
export function describeSummaryCalls({ calls, model, highNanoUsd }: SummaryEstimate): string {
  const count = calls === 1 ? '1 call' : `at most ${calls} calls`;
  return `with the summary of the batch at the end, ${count} of ${model} online, at most ${formatUsd(highNanoUsd)}`;
}

export interface PaidRun {
  chosen: Sampled;
  /** Null: it is new. */
  recipeId: number | null;
  usesCache: boolean;
  loaded: LoadedProfile;
  recipe: Pick<Recipe, 'analyzer' | 'parameters'>;
  passwordsFile: string | null;
  /** `--yes`, or a budget, which limits the damage. */
  isGiven: boolean;
}

/** Says what the run will cost, and asks when that may be much; throws when it may not start. */
export async function agreeToCosts(context: CliContext, db: Queryable, run: PaidRun): Promise<void> {
  const { chosen, recipeId, usesCache, loaded, recipe, passwordsFile, isGiven } = run;
  const estimate = await estimateRun(context, db, {
    chosen,
    recipeId,
    usesCache,
    loaded,
    recipe,
    passwordsFile,
    keepTexts: true,
  });
  context.err(describeEstimate(loaded, estimate));
  const limitNanoUsd = context.config().claude.confirmAboveUsd * NANO_PER_USD;
  if (isGiven || estimate.highNanoUsd <= limitNanoUsd) return;
  const high = formatUsd(estimate.highNanoUsd);
  await consent(context, {
    text: `This run may cost ${high}, more than claude.confirmAboveUsd (${formatUsd(limitNanoUsd)}). Go on?`,
    yes: false,
    next: 'add --yes, or a limit: --budget <USD>',
  });
}
