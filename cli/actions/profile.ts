import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { priceOf } from '../../src/analyze/claude/price.ts';
import type { AggregateSpec } from '../../src/domain/aggregate.ts';
import { findProfile, listProfiles, shippedProfileText } from '../../src/profiles/find-profile.ts';
import type { LoadedProfile } from '../../src/profiles/load-profile.ts';
import { loadProfile } from '../../src/profiles/load-profile.ts';
import type { RecipeFlags } from '../chosen-recipe.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { tryProfile } from '../try-profile.ts';

export function list(context: CliContext, flags: { json?: boolean }): Promise<number> {
  const { projectDir, claude } = context.config();
  const profiles = listProfiles({ projectDir }).map((found) => {
    try {
      const { description, profile } = loadProfile(found);
      return { ...found, model: profile.model, description, problem: null };
    } catch (error) {
      return { ...found, model: null, description: '', problem: (error as Error).message };
    }
  });
  if (flags.json === true) context.out(JSON.stringify(profiles, null, 2));
  for (const { name, isShipped, model, description, problem } of flags.json === true ? [] : profiles) {
    const price = model === null ? '' : `${model}, ${describePrice(model, claude.prices)}`;
    context.out(
      `${name.padEnd(12)} ${isShipped ? 'shipped' : 'yours  '}  ${problem ?? `${price}  ${description}`}`,
    );
  }
  return Promise.resolve(0);
}

export function show(context: CliContext, named: string): Promise<number> {
  const found = findProfile(named, context.config());
  context.err(found.path);
  context.out(readFileSync(found.path, 'utf8'));
  return Promise.resolve(0);
}

export function check(context: CliContext, named: string, flags: RecipeFlags): Promise<number> {
  const loaded = load(context, named, flags);
  const { model, schema, quotes, maxTokens } = loaded.profile;
  const fields = Object.keys((schema.properties ?? {}) as object);
  const price = describePrice(model, context.config().claude.prices);
  context.out(
    `${loaded.name} is right: ${fields.length} fields, ${quotes.length} with quotes, at most ${maxTokens} tokens; ${model}, ${price}`,
  );
  if (loaded.aggregate !== null) context.out(describeAggregate(loaded.aggregate));
  return Promise.resolve(0);
}

export function init(context: CliContext, name: string, flags: { from: string }): Promise<number> {
  const { projectDir, userDir } = context.config();
  if (!/^[\w-]{1,64}$/.test(name)) {
    throw new CliError(`Expected a name of letters, digits, - and _, got \`${name}\``, {
      next: commandLine(context.env, 'profile init receipts'),
    });
  }
  const shipped = listProfiles({ projectDir }).filter(({ isShipped }) => isShipped);
  const path = join(projectDir, 'profiles', `${name}.yaml`);
  if (existsSync(path)) {
    throw new CliError(`\`${path}\` exists already`, {
      why: 'it is never overwritten',
      next: commandLine(context.env, `profile show ${name}`),
    });
  }
  const from =
    shipped.some((profile) => profile.name === name) && flags.from === 'summary' ? name : flags.from;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, existsShipped(from), { flag: 'wx' });
  const shown = relative(userDir, path);
  context.out(path);
  context.err(`Edit ${shown}, then: ${commandLine(context.env, `profile try ${name} <document>`)}`);
  return Promise.resolve(0);

  function existsShipped(base: string): string {
    if (shipped.some((profile) => profile.name === base)) return shippedProfileText(base);
    throw new CliError(`No shipped profile is called \`${base}\``, {
      why: `there are ${shipped.map((profile) => profile.name).join(', ')}`,
    });
  }
}

export function tryOne(
  context: CliContext,
  named: string,
  document: string,
  flags: RecipeFlags,
): Promise<number> {
  return tryProfile(context, load(context, named, flags), document);
}

function load(context: CliContext, named: string, { model, set }: RecipeFlags): LoadedProfile {
  return loadProfile(findProfile(named, context.config()), { model, set });
}

/** `The batch: by seller; sums of total, by currency; no summary`. */
function describeAggregate({ groupBy, sum, currency, summary }: AggregateSpec): string {
  const parts = [
    groupBy.length === 0 ? 'all documents together' : `by ${groupBy.join(', ')}`,
    sum.length === 0
      ? null
      : `sums of ${sum.join(', ')}, by ${currency === null ? 'the currency at each number' : `the currency in \`${currency}\``}`,
    summary === null
      ? null
      : `a summary by ${summary.model}, one more paid call (at most ${summary.maxCalls} that read answers)`,
  ];
  return `The batch: ${parts.filter((part) => part !== null).join('; ')}`;
}

/** `$0.10 in and $0.50 out per million tokens`. */
function describePrice(model: string, prices: Parameters<typeof priceOf>[2]): string {
  const price = priceOf(model, new Date(), prices);
  if (price === undefined) return 'no price known';
  const [first, second] = price.tiers;
  const above =
    second === undefined ? '' : `, above ${first!.upToTokens} $${second.input} and $${second.output}`;
  return `$${first!.input} in and $${first!.output} out per million tokens${above}`;
}
