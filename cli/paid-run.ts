import { createInterface } from 'node:readline/promises';
import type { Queryable } from '../src/db/database.ts';
import { formatUsd, NANO_PER_USD } from '../src/domain/money.ts';
import type { LoadedProfile } from '../src/profiles/load-profile.ts';
import type { CliContext } from './context.ts';
import { CliError } from './context.ts';
import type { RunEstimate } from './estimate-run.ts';
import { estimateRun } from './estimate-run.ts';

/** `claude-haiku-5-5, online, profile summary: 18 documents, 31 pages, 41,200 input tokens, about $0.012 ($0.0051 to $0.031)`. */
export function describeEstimate({ name, profile }: LoadedProfile, estimate: RunEstimate): string {
  const { documents, pages, inputTokens, lowNanoUsd, likelyNanoUsd, highNanoUsd } = estimate;
  const number = (value: number) => value.toLocaleString('en-US');
  const money = `about ${formatUsd(likelyNanoUsd)} (${formatUsd(lowNanoUsd)} to ${formatUsd(highNanoUsd)})`;
  const notes = [
    estimate.cached > 0 ? `${number(estimate.cached)} are answered already and cost nothing` : null,
    estimate.unreadable > 0 ? `${estimate.unreadable} cannot be read and cost nothing` : null,
    estimate.lookedAt < documents ? `from a sample of ${estimate.lookedAt}` : null,
  ].filter((note) => note !== null);
  return `${profile.model}, online, profile ${name}: ${number(documents)} documents, ${number(pages)} pages, ${number(inputTokens)} input tokens, ${money}${notes.length > 0 ? `; ${notes.join('; ')}` : ''}`;
}

export interface Consent {
  batchId: string;
  recipeId: number;
  loaded: LoadedProfile;
  /** `--yes`, or a budget, which limits the damage. */
  isGiven: boolean;
}

/** Says what the run will cost, and asks when that may be much; throws when it may not start. */
export async function agreeToCosts(context: CliContext, db: Queryable, consent: Consent): Promise<void> {
  const { loaded, isGiven } = consent;
  const estimate = await estimateRun(context, db, { ...consent, candidates: db, keepTexts: true });
  context.err(describeEstimate(loaded, estimate));
  const limit = context.config().claude.confirmAboveUsd;
  if (isGiven || estimate.highNanoUsd <= limit * NANO_PER_USD) return;
  const what = `This run may cost ${formatUsd(estimate.highNanoUsd)}, more than claude.confirmAboveUsd (${formatUsd(limit * NANO_PER_USD)})`;
  if (!context.isTerminal || !process.stdin.isTTY) {
    throw new CliError(what, {
      why: 'nobody can be asked here, and no paid call was made',
      next: 'add --yes, or a limit: --budget <USD>',
    });
  }
  const ask = createInterface({ input: process.stdin, output: process.stderr });
  try {
    const answer = await ask.question(`${what}. Go on? [y/N] `, { signal: context.interrupted });
    if (/^y(es)?$/i.test(answer.trim())) return;
  } finally {
    ask.close();
  }
  throw new CliError('Not started', { why: 'you did not agree to the costs; no paid call was made' });
}
