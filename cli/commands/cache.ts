import { Command } from 'commander';
import type { CacheShare } from '../../src/db/cache.ts';
import { cacheStats, countOldAnswers, pruneCache } from '../../src/db/cache.ts';
import { formatUsd } from '../../src/domain/money.ts';
import type { Age } from '../age.ts';
import { age } from '../age.ts';
import { commandLine } from '../command-name.ts';
import { consent } from '../consent.ts';
import type { CliContext } from '../context.ts';
import { formatBytes } from '../output/bytes.ts';
import type { Register } from '../program.ts';

interface Flags {
  olderThan: Age;
  profile?: string;
  model?: string;
  dryRun?: boolean;
  yes?: boolean;
  json?: boolean;
}

/** Answers that documents of equal content get without being asked about again. */
export function registerCache(register: Register): void {
  const group = new Command('cache').description('answers that documents of equal content get again');
  const shown = new Command('stats')
    .description('how many there are, how often they were given again, and what that saved')
    .option('--json', 'as JSON');
  register(shown, stats, group);
  const pruned = new Command('prune')
    .description('give old answers to no other document any more; they stay with their own (see also: prune)')
    .requiredOption('--older-than <age>', 'answers made before, e.g. 30d, 12h', age)
    .option('--profile <name>', 'only of this profile')
    .option('--model <id>', 'only of this model')
    .option('--dry-run', 'say how many; change nothing')
    .option('--yes', 'do not ask')
    .option('--json', 'as JSON');
  register(pruned, prune, group);
}

async function stats(context: CliContext, flags: { json?: boolean }): Promise<number> {
  const shares = await cacheStats(await context.database());
  if (flags.json === true) context.out(JSON.stringify(shares, null, 2));
  else if (shares.length === 0) context.out('Nothing is kept yet: no document was processed.');
  for (const share of flags.json === true ? [] : shares) context.out(describe(share));
  return 0;
}

/** `claude summary claude-haiku-5-5: 40 answers (31 KB), given again to 12 documents, about $0.004 saved`. */
function describe({ analyzer, profile, model, answers, sizeBytes, hits, savedNanoUsd }: CacheShare): string {
  const recipe = [analyzer, profile, model].filter((part) => part !== null).join(' ');
  const saved = savedNanoUsd > 0 ? `, about ${formatUsd(savedNanoUsd)} saved` : '';
  return `${recipe}: ${answers} answers (${formatBytes(sizeBytes)}), given again to ${hits} documents${saved}`;
}

async function prune(context: CliContext, flags: Flags): Promise<number> {
  const db = await context.database();
  const { profile = null, model = null } = flags;
  const which = { before: new Date(Date.now() - flags.olderThan.ms), profile, model };
  const ahead = await countOldAnswers(db, which);
  const isDry = flags.dryRun === true || ahead.answers === 0;
  if (!isDry) {
    const next = commandLine(context.env, `cache prune --older-than ${flags.olderThan.text} --yes`);
    const text = `Ask about the contents of ${ahead.answers} answers again when they come back?`;
    await consent(context, { text, yes: flags.yes === true, next });
  }
  const gone = isDry ? ahead : await pruneCache(db, which);
  if (flags.json === true) context.out(JSON.stringify({ dryRun: flags.dryRun === true, ...gone }, null, 2));
  else if (ahead.answers === 0) context.out('Nothing to prune: no answer is that old.');
  else
    context.out(
      `${isDry ? 'Would let go' : 'Let go'}: ${gone.answers} answers (${formatBytes(gone.sizeBytes)})`,
    );
  return 0;
}
