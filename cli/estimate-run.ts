import { cpus } from 'node:os';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createClaudeClient, hasClaudeKey } from '../src/analyze/claude/client.ts';
import type { SummaryEstimate } from '../src/analyze/claude/estimate-summary.ts';
import { charsOfAnswers, estimateSummary } from '../src/analyze/claude/estimate-summary.ts';
import type { Estimate, EstimatedDocument } from '../src/analyze/claude/estimate.ts';
import type { OutputGuess } from '../src/analyze/claude/estimate.ts';
import { createEstimator, guessOutput, nothing } from '../src/analyze/claude/estimate.ts';
import type { PriceOverrides } from '../src/analyze/claude/price.ts';
import { priceOf } from '../src/analyze/claude/price.ts';
import { seenOutput } from '../src/db/costs.ts';
import type { Queryable } from '../src/db/database.ts';
import type { SampleDocument, Sampled, SizeGroup } from '../src/db/estimate-rows.ts';
import { cachedResults, loadText, saveText } from '../src/db/texts.ts';
import { DocumentFailure } from '../src/domain/failure.ts';
import { ocrLanguages } from '../src/domain/ocr.ts';
import type { Recipe } from '../src/domain/recipe.ts';
import { withPasswords } from '../src/sandbox/with-passwords.ts';
import type { LoadedProfile } from '../src/profiles/load-profile.ts';
import type { Sandbox } from '../src/sandbox/pool.ts';
import { createSandbox } from '../src/sandbox/pool.ts';
import { readPasswords } from '../src/sandbox/read-passwords.ts';
import { ocrFolder, sandboxOptions } from '../src/sandbox/sandbox-options.ts';
import type { CliContext } from './context.ts';

export interface RunEstimate extends Estimate {
  /** Asked in provider batches, at half the price. */
  isBatch: boolean;
  documents: number;
  pages: number;
  /** Documents with a result already: equal content under the same recipe. */
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
  /** Null: no document was ever answered under this recipe, or no answer is used again. */
  recipeId: number | null;
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
  { chosen, recipeId, loaded, recipe, passwordsFile, keepTexts }: EstimateOptions,
): Promise<RunEstimate> {
  const config = context.config();
  const { profile, name } = loaded;
  const isBatch = recipe.analyzer === 'claude-batch';
  const price = priceOf(profile.model, new Date(), config.claude.prices)!;
  const hasKey = hasClaudeKey(context.env);
  const output = guessOutput(profile, await seenOutput(db, { profile: name, model: profile.model }));
  const estimator = createEstimator(profile, {
    client: hasKey ? createClaudeClient({ env: context.env, baseUrl: config.claude.baseUrl }) : null,
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
  const deps = { db, sandbox, recipeId, keepTexts, passwordsFile, languages, ocrUntilMs };
  try {
    const looks: Look[] = [];
    const waiting = [...chosen.sample];
    const lanes = Array.from({ length: Math.max(2, cpus().length) }, async () => {
      for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
        const { read, ...seen } = await look(deps, context.interrupted, next);
        looks.push({ ...seen, place: read === null ? null : estimator.add(read) });
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

interface Look {
  document: SampleDocument;
  state: 'paid' | 'cached' | 'unreadable';
  pages: number;
  /** Its place among the estimates; null when it costs nothing. */
  place: number | null;
}

interface LookDeps {
  db: Queryable;
  sandbox: Sandbox;
  recipeId: number | null;
  keepTexts: boolean;
  passwordsFile: string | null;
  languages: readonly string[] | null;
  /** Of `performance.now()`: documents after that are taken for pictures, which is dearer. */
  ocrUntilMs: number;
}

async function look(
  { db, sandbox, recipeId, keepTexts, passwordsFile, languages, ocrUntilMs }: LookDeps,
  signal: AbortSignal,
  document: SampleDocument,
): Promise<Omit<Look, 'place'> & { read: EstimatedDocument | null }> {
  const base = { document, pages: 0, read: null };
  const path = fileURLToPath(document.containerUri ?? document.uri);
  try {
    const known = document.contentSha256 === null ? null : await loadText(db, document.contentSha256);
    const file = {
      path,
      name: basename(path),
      memberPath: document.memberPath ?? [],
      timeoutMs: 60_000,
    };
    const knownText =
      known === null
        ? null
        : { contentSha256: document.contentSha256!, extractorVersion: known.extraction.extractorVersion };
    const opened = <T>(work: (passwords: readonly string[]) => Promise<T>) =>
      withPasswords(work, passwordsFile);
    const read = await opened((passwords) => {
      const readsPictures = performance.now() < ocrUntilMs;
      const wanted = { known: knownText, ocrLanguages: readsPictures ? languages : null };
      return sandbox.extract({ ...file, passwords, ...wanted }, signal);
    });
    const sha = read.contentSha256;
    const answered = recipeId === null ? null : await cachedResults(db, recipeId, [sha]);
    if (answered?.has(sha) === true) return { ...base, state: 'cached' };
    const extraction = read.extraction ?? known?.extraction ?? null;
    // What OCR had no time for here is no text to run with.
    if (keepTexts && languages === null && read.extraction !== null) await saveText(db, sha, read.extraction);
    if (extraction === null) return { ...base, state: 'paid', pages: 1 };
    return {
      ...base,
      state: 'paid',
      pages: extraction.metadata.pages ?? 1,
      read: {
        extraction,
        contentSha256: sha,
        render: (order) => opened((passwords) => sandbox.render({ ...file, passwords }, order, signal)),
      },
    };
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    return { ...base, state: 'unreadable' };
  }
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
    const seenBytes = seen.reduce((so, { document }) => so + document.sizeBytes, 0);
    const isWhole = seen.length === documents;
    const factor = isWhole ? 1 : seenBytes > 0 ? bytes / seenBytes : documents / Math.max(1, seen.length);
    sum.documents += documents;
    sum.cached += Math.round(seen.filter(({ state }) => state === 'cached').length * factor);
    for (const { place, pages } of seen) {
      const estimate = place === null ? nothing() : estimates[place]!;
      sum.pages += pages * factor;
      sum.inputTokens += Math.round(estimate.inputTokens * factor);
      sum.lowNanoUsd += Math.floor(estimate.lowNanoUsd * factor * (isWhole ? 1 : 0.8));
      sum.likelyNanoUsd += Math.round(estimate.likelyNanoUsd * factor);
      sum.highNanoUsd += Math.ceil(estimate.highNanoUsd * factor * (isWhole ? 1 : 1.2));
    }
  }
  sum.pages = Math.round(sum.pages);
  return sum;
}
