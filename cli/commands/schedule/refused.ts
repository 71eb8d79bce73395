import type { Command } from 'commander';
import { Option } from 'commander';
import { CliError } from '../../context.ts';

/** Flags of `process` that make no sense in a schedule, and why: a clear answer instead of `unknown option`. */
const REFUSED: readonly (readonly [flags: string, key: string, why: string])[] = [
  ['-f, --file [path]', 'file', 'it prints one result; name the file as a path instead'],
  ['--id [id]', 'id', 'it prints one result; use paths, --all or --manifest'],
  ['--dry-run', 'dryRun', 'nothing runs now: process --dry-run shows what would, with the same flags'],
  ['-v, --verbose', 'verbose', 'nobody watches when a schedule fires'],
  ['--detach', 'detach', 'scheduled batches run without a terminal anyway'],
  ['--json', 'json', 'schedule show --json has what was created'],
  ['--name [name]', 'name', 'each batch is named by its schedule and its time'],
];

/** Known to a schedule, as all settings are. */
const ALSO_REFUSED: typeof REFUSED = [
  [
    '--deadline [time]',
    'deadline',
    'all its batches would have the same; `set <batch> --deadline 4h` gives one to one',
  ],
];

/** Hidden from `--help`. */
export function addRefused(command: Command): Command {
  for (const [flags] of REFUSED) command.addOption(new Option(flags).hideHelp());
  return command;
}

export function refuse(given: Record<string, unknown>, paths: readonly string[], next: string): void {
  for (const [flags, key, why] of [...REFUSED, ...ALSO_REFUSED]) {
    if (given[key] === undefined) continue;
    throw new CliError(`\`${flags.replace(/^-\w, | \[.*$/g, '')}\` makes no sense in a schedule`, {
      why,
      next,
    });
  }
  if (paths.includes('-')) {
    const why = 'there is no standard input when a schedule fires';
    throw new CliError('`-` makes no sense in a schedule', { why, next });
  }
}
