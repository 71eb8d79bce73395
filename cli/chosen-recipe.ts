import { createAnalyzer, analyzerName, isClaude } from '../src/analyze/create-analyzer.ts';
import { ocrData } from '../src/extract/ocr-data.ts';
import { ocrFolder } from '../src/sandbox/sandbox-options.ts';
import { recipeOf } from '../src/analyze/recipe-of.ts';
import { claudeUrl, defaultClaudeUrl, hasClaudeKey } from '../src/analyze/claude/client.ts';
import { pricedModels, priceOf } from '../src/analyze/claude/price.ts';
import type { Json } from '../src/domain/analyzer.ts';
import { DocumentFailure } from '../src/domain/failure.ts';
import { describeFailureCode } from '../src/domain/failure-codes.ts';
import { ExitCode } from '../src/domain/batch.ts';
import type { Recipe } from '../src/domain/recipe.ts';
import { findProfile } from '../src/profiles/find-profile.ts';
import type { LoadedProfile } from '../src/profiles/load-profile.ts';
import { loadProfile } from '../src/profiles/load-profile.ts';
import { commandLine } from './command-name.ts';
import type { CliContext } from './context.ts';
import { CliError } from './context.ts';

export interface RecipeFlags {
  analyzer?: string;
  profile?: string;
  model?: string;
  set?: string[];
  ocr?: boolean;
}

export type ClaudeMode = 'claude' | 'claude-batch';

export interface ChosenRecipe {
  recipe: Recipe;
  /** Only for Claude. */
  loaded: LoadedProfile | null;
  preflight(signal: AbortSignal): Promise<void>;
}

export const defaultProfile = 'summary';

/** Analyzer, profile and model as the flags and the configuration say; a paid one only when it is asked for. */
export function chooseRecipe(context: CliContext, flags: RecipeFlags): ChosenRecipe {
  const config = context.config();
  const analyzer = flags.analyzer ?? config.analyzer;
  const kind = kindOf(analyzer);
  if (!isClaude(kind)) {
    const onlyClaude = (['profile', 'model', 'set'] as const).find((name) => flags[name] !== undefined);
    if (onlyClaude !== undefined) {
      throw new CliError(`\`--${onlyClaude}\` is for Claude, and the analyzer is \`${analyzer}\``, {
        next: 'add --analyzer claude',
      });
    }
    const recipe = recipeOf(analyzer, {
      profile: null,
      model: null,
      parameters: ocrParameters(context, flags),
    });
    return { recipe, loaded: null, preflight: () => Promise.resolve() };
  }
  const { projectDir, userDir } = config;
  const found = findProfile(flags.profile ?? defaultProfile, { projectDir, userDir });
  return requireClaude(context, loadProfile(found, flags), kind, ocrParameters(context, flags));
}

/** A run of Claude with this profile; throws when nobody has told us what its model costs. */
export function requireClaude(
  context: CliContext,
  loaded: LoadedProfile,
  analyzer: ClaudeMode = 'claude',
  more: Recipe['parameters'] = {},
): ChosenRecipe {
  const { model } = loaded.profile;
  requirePrice(context, model);
  if (loaded.aggregate?.summary != null) requirePrice(context, loaded.aggregate.summary.model);
  const parameters = { ...claudeParameters(context, loaded), ...more };
  return {
    recipe: recipeOf(analyzer, { profile: loaded.name, model, parameters }),
    loaded,
    preflight: (signal) => preflight(context, parameters, signal),
  };
}

/** Throws when nobody has told us what a model costs. */
export function requirePrice(context: CliContext, model: string): void {
  const { prices } = context.config().claude;
  if (priceOf(model, new Date(), prices) === undefined) {
    throw new CliError(`No price is known for the model \`${model}\``, {
      why: `without one neither an estimate nor a budget would be true; known: ${pricedModels(prices).join(', ')}`,
      next: `take another --model, or set claude.prices.${model}: { input: …, output: … } (USD per million tokens) in docbatch.yaml`,
      exitCode: ExitCode.halted,
    });
  }
}

/** Part of the recipe: what is read off pictures changes what an analyzer gets. */
function ocrParameters(context: CliContext, { ocr }: RecipeFlags): Recipe['parameters'] {
  return ocr === true ? { ocr: checkedOcrLanguages(context) } : {};
}

/** The configured languages; throws when their data is not on this machine. */
export function checkedOcrLanguages(context: CliContext): string[] {
  const config = context.config();
  const languages = [...config.ocr.languages].sort();
  if (ocrData(languages, ocrFolder(config)) !== null) return languages;
  throw new CliError(`There is no data for OCR in ${languages.map((name) => `\`${name}\``).join(', ')}`, {
    why:
      config.ocr.dataFolder === null
        ? 'only English is installed; nothing is fetched while documents are read'
        : `\`${ocrFolder(config)}\` needs a file <language>.traineddata or <language>.traineddata.gz for each`,
    next: 'set ocr.languages and ocr.dataFolder in docbatch.yaml',
  });
}

export function claudeParameters(context: CliContext, { profile }: LoadedProfile): Recipe['parameters'] {
  const { baseUrl } = context.config().claude;
  const isOther = baseUrl !== null && claudeUrl(baseUrl) !== defaultClaudeUrl;
  return { profile: profile as unknown as Json, ...(isOther ? { baseUrl: claudeUrl(baseUrl) } : {}) };
}

function kindOf(analyzer: string): ReturnType<typeof analyzerName> {
  try {
    return analyzerName(analyzer);
  } catch (error) {
    throw new CliError((error as Error).message, { next: '--analyzer local needs nothing else' });
  }
}

const unused = () => Promise.reject(new Error('not run here'));

/** Key, model and credit by the free calls, before any document is touched. */
async function preflight(
  context: CliContext,
  parameters: Recipe['parameters'],
  signal: AbortSignal,
): Promise<void> {
  const { prices } = context.config().claude;
  const deps = { answerLocally: unused, env: context.env, claude: { prices, ground: unused } };
  try {
    await createAnalyzer('claude', deps, parameters).preflight(signal);
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    const { meaning, suggestionAnew } = describeFailureCode(error.code);
    const hasKey = hasClaudeKey(context.env);
    throw new CliError(error.message, {
      why: `${hasKey ? meaning : 'Nothing can be asked without one.'} No document was touched.`,
      next: hasKey ? suggestionAnew : 'export ANTHROPIC_API_KEY=…',
      exitCode: ExitCode.halted,
      cause: error,
    });
  }
}

/** Said once by runs without Claude when a key is there: it costs money, so it is never chosen by itself. */
export function hintAtClaude(context: CliContext, { loaded, recipe }: ChosenRecipe): void {
  if (loaded !== null || recipe.analyzer !== 'local' || !hasClaudeKey(context.env)) return;
  context.err(
    `A key for Claude is set; it is used only with: ${commandLine(context.env, 'process … --analyzer claude')}`,
  );
}
