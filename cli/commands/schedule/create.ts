import { Command, InvalidArgumentError, Option } from 'commander';
import { overlapPolicies } from '../../../src/domain/schedule-policies.ts';
import { addChoice } from '../../choice-options.ts';
import { lazily } from '../../lazily.ts';
import type { Register } from '../../program.ts';
import { addSettings, duration } from '../../settings-options.ts';
import { addRefused } from './refused.ts';

export function registerCreate(register: Register): void {
  const command = new Command('create')
    .description('process the same sources at fixed times; each run is a batch of its own')
    .argument('<name>', 'its batches are called <name>-<date>-<time>', scheduleName)
    .argument('[paths...]', 'files, folders, globs; looked at anew each time, on the worker')
    .requiredOption('--cron <expression>', `minute, hour, day of month, month, day of week: '0 2 * * *'`)
    .option('--tz <zone>', 'time zone of --cron', Intl.DateTimeFormat().resolvedOptions().timeZone)
    .addOption(
      new Option('--overlap <policy>', 'when the run before is still going on')
        .choices(overlapPolicies)
        .default('skip'),
    )
    .addOption(
      new Option('--catch-up <time>', 'how late a run that was missed may still start')
        .argParser(catchUp)
        .default(3_600_000, '1h'),
    )
    .option('--yes', 'let runs that cost money go on without a budget')
    .option('--no-pause-on-failure', 'go on after a run that halted, or in which every document failed');
  register(
    addRefused(addSettings(addChoice(command), { isNew: true })),
    lazily(() => import('../../actions/schedule/create.ts'), 'create'),
  );
}

function scheduleName(text: string): string {
  if (!/^[\p{L}\p{N}][\p{L}\p{N}._-]{0,79}$/u.test(text)) {
    throw new InvalidArgumentError(
      `Expected a name of letters, digits, dots, dashes and underscores (at most 80), got \`${text}\`.`,
    );
  }
  return text;
}

function catchUp(text: string): number {
  const ms = duration(text);
  if (ms < 10_000) throw new InvalidArgumentError(`Expected at least 10s, got \`${text}\`.`);
  return ms;
}
