import { readTaskQueue } from '../../../src/db/installation.ts';
import { createSchedule, readSchedule, ScheduleRefused } from '../../../src/client/schedules.ts';
import type { Config } from '../../../src/config.ts';
import { outsideParts } from '../../../src/dev/outside.ts';
import type { SchedulePolicies } from '../../../src/domain/schedule-policies.ts';
import type { FrozenSources, ScheduledBatch } from '../../../src/domain/scheduled-batch.ts';
import { freezeSources, thawSources } from '../../../src/sources/frozen-sources.ts';
import type { ChoiceFlags } from '../../choice-options.ts';
import type { ChosenRecipe } from '../../chosen-recipe.ts';
import { chooseRecipe } from '../../chosen-recipe.ts';
import { commandLine } from '../../command-name.ts';
import type { CliContext } from '../../context.ts';
import { CliError } from '../../context.ts';
import { openSession } from '../../open-session.ts';
import { zonedTime } from '../../../src/domain/zoned-time.ts';
import type { SettingsFlags } from '../../settings-options.ts';
import { checkOutFolder, warnOfAnswers } from '../../check-out-folder.ts';
import { settingsFrom } from '../../settings-options.ts';
import { describeSettings, describeWhat } from './describe.ts';
import { refuse } from '../../commands/schedule/refused.ts';
import { checkWhen, wantsBothDays } from './when.ts';

interface Flags extends ChoiceFlags, SettingsFlags, Partial<SchedulePolicies> {
  cron: string;
  tz: string;
  pauseOnFailure: boolean;
  overlap: SchedulePolicies['overlap'];
  catchUp: number;
  yes?: boolean;
}

export async function create(
  context: CliContext,
  name: string,
  paths: string[],
  flags: Flags,
): Promise<number> {
  const config = context.config();
  const again = `schedule create ${name} ./documents --cron '0 2 * * *'`;
  refuse(flags as unknown as Record<string, unknown>, paths, commandLine(context.env, again));
  const ways = [paths.length > 0, flags.all === true, flags.manifest !== undefined];
  if (ways.filter(Boolean).length !== 1) {
    throw new CliError('Expected one of: paths, `--all`, `--manifest`', {
      why: ways.some(Boolean) ? 'they exclude one another' : 'nothing says which documents to process',
      next: commandLine(context.env, again),
    });
  }
  checkWhen(flags.cron, flags.tz);
  const chosen = chooseRecipe(context, flags);
  const { analyzer, profile, model, parameters } = chosen.recipe;
  const settings = settingsFrom(flags, config.userDir);
  await checkOutFolder(settings.outDir);
  const isAgreed = flags.yes === true || settings.budgetNanoUsd !== null;
  await checkPaid(context, config, chosen, isAgreed);
  const sources = await freezeSources({ paths, manifest: flags.manifest }, config.userDir);
  await checkSources(context, config, sources);
  const looked = [
    ...sources.paths.map((path) => ({ kind: 'folder' as const, path })),
    ...sources.globs.map((glob) => ({ kind: 'glob' as const, ...glob })),
  ];
  warnOfAnswers(context, settings.outDir, looked);
  const batch: ScheduledBatch = {
    scheduleName: name,
    timeZone: flags.tz,
    analyzer,
    ...(Object.keys(parameters).length === 0 ? {} : { frozen: { profile, model, parameters } }),
    ...(chosen.loaded?.aggregate == null ? {} : { aggregate: chosen.loaded.aggregate }),
    discovery: {
      ...sources,
      all: flags.all === true,
      rerun: flags.rerun,
      limit: flags.limit ?? null,
      sample: flags.sample ?? null,
    },
    settings,
  };
  await write(context, name, flags, batch);
  return 0;
}

async function write(context: CliContext, name: string, flags: Flags, batch: ScheduledBatch): Promise<void> {
  const { overlap, catchUp: catchUpMs, pauseOnFailure, tz } = flags;
  const cron = flags.cron.trim();
  const { db, client, isEmbedded } = await openSession(context, { worker: false });
  const policies = { overlap, catchUpMs, pauseOnFailure };
  const schedule = { name, cron, batch, policies, taskQueue: await readTaskQueue(db) };
  const isNew = await createSchedule(client, schedule).catch((error: unknown) => {
    if (!(error instanceof ScheduleRefused)) throw error;
    throw new CliError(`Temporal refuses \`--cron ${cron}\` in \`--tz ${tz}\``, {
      why: error.message,
      next: 'correct them; nothing was written',
    });
  });
  if (!isNew) {
    throw new CliError(`There is a schedule \`${name}\` already`, {
      why: 'a schedule is not changed in place; its batches stay when it is deleted',
      next: commandLine(context.env, `schedule delete ${name}`),
    });
  }
  const made = await readSchedule(client, name);
  const settings = describeSettings(batch);
  context.out(
    `Schedule ${name}: ${cron} (${tz}), ${describeWhat(batch)}${settings === '' ? '' : `; ${settings}`}`,
  );
  context.out(
    `Next: ${(made?.nextTimes ?? [])
      .slice(0, 3)
      .map((time) => zonedTime(time, tz))
      .join(', ')}`,
  );
  if (wantsBothDays(cron)) {
    context.err('Day of month and day of week are both given: it fires on days that match both.');
  }
  if (isEmbedded) {
    context.err(
      `It fires only while Temporal runs on this machine: ${commandLine(context.env, 'up')} (or dev) keeps it running.`,
    );
  }
  context.err(`Run it now: ${commandLine(context.env, `schedule trigger ${name}`)}`);
}

/** Nobody is asked when a schedule fires, so its costs are agreed to, and its key is tried, now. */
async function checkPaid(
  context: CliContext,
  config: Config,
  chosen: ChosenRecipe,
  isAgreed: boolean,
): Promise<void> {
  if (chosen.loaded === null) return;
  if (!isAgreed) {
    throw new CliError('Each run of this schedule costs money, without any limit', {
      why: 'nobody can be asked when it fires; nothing was written',
      next: 'add a limit for each run: --budget <USD>, or --yes',
    });
  }
  // Workers elsewhere have a key of their own.
  if (outsideParts(config, context.env).temporal === null) await chosen.preflight(context.interrupted);
}

/** The worker of the embedded stack sees what we see; one elsewhere may see more. */
async function checkSources(context: CliContext, config: Config, sources: FrozenSources): Promise<void> {
  try {
    await thawSources(sources);
  } catch (error) {
    if (outsideParts(config, context.env).temporal === null) throw error;
    const { message, why } = error as Error & { why?: string };
    context.err(
      `${message} on this machine${why === undefined ? '' : ` (${why})`}; the workers must have it.`,
    );
  }
}
