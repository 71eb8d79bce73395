import { cpus } from 'node:os';
import { createClaudeClient, hasClaudeKey } from '../src/analyze/claude/client.ts';
import type { SummaryEstimate } from '../src/analyze/claude/estimate-summary.ts';
import { charsOfAnswers, estimateSummary } from '../src/analyze/claude/estimate-summary.ts';
import type { Estimate } from '../src/analyze/claude/estimate.ts';
import type { OutputGuess } from '../src/analyze/claude/estimate.ts';
import { createEstimator, guessOutput, nothing } from '../src/analyze/claude/estimate.ts';
import type { PriceOverrides } from '../src/analyze/claude/price.ts';
import { priceOf } from '../src/analyze/claude/price.ts';
import { seenOutput } from '../src/db/costs.ts';
import type { Queryable } from '../src/db/database.ts';
import type { Sampled, SizeGroup } from '../src/db/estimate-rows.ts';
import { ocrLanguages } from '../src/domain/ocr.ts';
import type { Recipe } from '../src/domain/recipe.ts';
import type { LoadedProfile } from '../src/profiles/load-profile.ts';
import { createSandbox } from '../src/sandbox/pool.ts';
import { readPasswords } from '../src/sandbox/read-passwords.ts';
import { ocrFolder, sandboxOptions } from '../src/sandbox/sandbox-options.ts';
import type { CliContext } from './context.ts';
import type { LookedAt } from './look-at-document.ts';
import { createLook } from './look-at-document.ts';

export interface RunEstimate extends Estimate {
  /** Asked in provider batches, at half the price. */
  isBatch: boolean;
  /** With those that lie in others: attachments, members of archives. */
  documents: number;
  pages: number;
  /** Documents that another one, or an earlier run, answers: equal content under the same recipe. */
  cached: number;
  /** Of those looked at, how many cannot be read and so cost nothing. */
  unreadable: number;
  /** Documents that were looked at; the rest is extrapolated by type and size. */
  lookedAt: number;
  /** Of the batch as a whole, in the sums too; null: none is wanted. */
  summary: SummaryEstimate | null;
}

export interface EstimateOptions {
  chosen: Sampled;
  /** Null: no document was ever answered under this recipe. */
  recipeId: number | null;
  /** Equal content is answered once. */
  usesCache: boolean;
  loaded: LoadedProfile;
  recipe: Pick<Recipe, 'analyzer' | 'parameters'>;
  /** Of the run's settings. */
  passwordsFile: string | null;
  /** Texts that were read are kept for the run. */
  keepTexts: boolean;
}

/** All of a small batch is looked at; of a larger one this many. */
export const SAMPLE = 200;
/** A page takes a second or more to read; nobody waits for hundreds of them to learn a price. */
const OCR_MS = 60_000;

/** Reads a sample in child processes and counts its tokens by the free call; nothing here is billed. */
export async function estimateRun(
  context: CliContext,
  db: Queryable,
  { chosen, recipeId, usesCache, loaded, recipe, passwordsFile, keepTexts }: EstimateOptions,
): Promise<RunEstimate> {
  const config = context.config();
  const { profile, name } = loaded;
  const isBatch = recipe.analyzer === 'claude-batch';
  const price = priceOf(profile.model, new Date(), config.claude.prices)!;
  const hasKey = hasClaudeKey(context.env);
  const output = guessOutput(profile, await seenOutput(db, { profile: name, model: profile.model }));
  const estimator = createEstimator(profile, {
    client: hasKey ? await createClaudeClient({ env: context.env, baseUrl: config.claude.baseUrl }) : null,
    price,
    isBatch,
    output,
    maxPictures: config.limits.maxPictures,
    signal: context.interrupted,
  });
  const sandbox = createSandbox({
    ...sandboxOptions(config.limits),
    passwords: readPasswords(config.passwordsFile, config.projectDir),
    ocrDataFolder: ocrFolder(config),
  });
  const languages = ocrLanguages(recipe.parameters);
  const ocrUntilMs = performance.now() + OCR_MS;
  const deps = { db, sandbox, recipeId, usesCache, keepTexts, passwordsFile, languages, ocrUntilMs };
  try {
    const looks: Look[] = [];
    const lookAt = createLook(deps, context.interrupted);
    const waiting = [...chosen.sample];
    const lanes = Array.from({ length: Math.max(2, cpus().length) }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        for await (const { read, ...seen } of lookAt(next)) {
          looks.push({ ...seen, place: read === null ? null : estimator.add(read) });
        }
      }
    });
    await Promise.all(lanes);
    const run = { ...sumUp(looks, await estimator.finish(), chosen.groups), isBatch, summary: null };
    return withSummary(run, loaded, output, config.claude.prices);
  } finally {
    await sandbox.close();
  }
}

/** The call, or calls, at the end: over answers that are about as long as those of documents are. */
function withSummary(
  run: RunEstimate,
  { aggregate }: LoadedProfile,
  output: OutputGuess,
  prices: PriceOverrides,
): RunEstimate {
  const spec = aggregate?.summary ?? null;
  const price = spec === null ? undefined : priceOf(spec.model, new Date(), prices);
  if (spec === null || price === undefined) return run;
  const summary = estimateSummary(spec, price, charsOfAnswers(run.documents, output));
  return {
    ...run,
    summary,
    inputTokens: run.inputTokens + summary.inputTokens,
    lowNanoUsd: run.lowNanoUsd + summary.lowNanoUsd,
    likelyNanoUsd: run.likelyNanoUsd + summary.likelyNanoUsd,
    highNanoUsd: run.highNanoUsd + summary.highNanoUsd,
  };
}

/** A document's look, and its place among the estimates; null when it costs nothing. */
interface Look extends Omit<LookedAt, 'read'> {
  place: number | null;
}

/** Each type's sample stands for the bytes of its type. */
function sumUp(
  looks: readonly Look[],
  estimates: readonly Estimate[],
  groups: readonly SizeGroup[],
): Omit<RunEstimate, 'isBatch' | 'summary'> {
  const sum: Omit<RunEstimate, 'isBatch' | 'summary'> = {
    ...nothing(),
    documents: 0,
    pages: 0,
    cached: 0,
    unreadable: looks.filter(({ state }) => state === 'unreadable').length,
    lookedAt: looks.length,
  };
  for (const { type, documents, bytes } of groups) {
    const seen = looks.filter(({ document }) => document.type === type);
    const itself = seen.filter(({ isInside }) => !isInside);
    const seenBytes = itself.reduce((so, { document }) => so + document.sizeBytes, 0);
    const isWhole = itself.length === documents && seen.every(({ standsFor }) => standsFor === 1);
    const ofType =
      itself.length === documents
        ? 1
        : seenBytes > 0
          ? bytes / seenBytes
          : documents / Math.max(1, itself.length);
    sum.documents += documents;
    for (const { place, pages, state, isInside, standsFor } of seen) {
      const factor = ofType * standsFor;
      const estimate = place === null ? nothing() : estimates[place]!;
      if (isInside) sum.documents += factor;
      if (state === 'cached') sum.cached += factor;
      sum.pages += pages * factor;
      sum.inputTokens += Math.round(estimate.inputTokens * factor);
      sum.lowNanoUsd += Math.floor(estimate.lowNanoUsd * factor * (isWhole ? 1 : 0.8));
      sum.likelyNanoUsd += Math.round(estimate.likelyNanoUsd * factor);
      sum.highNanoUsd += Math.ceil(estimate.highNanoUsd * factor * (isWhole ? 1 : 1.2));
    }
  }
  sum.documents = Math.round(sum.documents);
  sum.cached = Math.round(sum.cached);
  sum.pages = Math.round(sum.pages);
  return sum;
}
