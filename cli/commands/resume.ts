import { Command, InvalidArgumentError } from 'commander';
import type { ItemSelection } from '../../src/db/reopen.ts';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';
import { addSettings, duration, repeated, usd } from '../settings-options.ts';

const load = () => import('../actions/resume.ts');

export function registerResume(register: Register): void {
  const command = new Command('resume')
    .description('go on with a paused, halted, interrupted or terminated batch')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--all', 'every batch that is not finished')
    .option('--budget <USD>', 'what paid calls of the batch may cost in all', usd)
    .option(
      '--ramp <time>',
      'begin with a quarter of the allowed calls, and rise within this time',
      duration,
    );
  register(addCommon(command), lazily(load, 'resume'));
}

export function registerRetry(register: Register): void {
  const command = new Command('retry')
    .description('take up failed documents of a batch again')
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--only <which>', 'transient, permanent, or type=<code>', only)
    .option('--match <glob>', 'only documents whose uri or path matches')
    .option('--dry-run', 'say how many; change nothing')
    .option('--profile <name>', 'ask Claude by another profile from now on; finished answers stay')
    .option('--model <id>', 'ask another model from now on')
    .option('--set <key=value>', 'change a key of the profile, such as maxTokens=4000; repeatable', repeated);
  register(addSettings(addCommon(command), { isNew: false }), lazily(load, 'retry'));
}

function addCommon(command: Command): Command {
  return command
    .option('--detach', 'return at once')
    .option('-v, --verbose', 'one line per document as it ends')
    .option('--yes', 'do not ask before a run that costs money')
    .option('--json', 'print the outcome as JSON')
    .option('--reason <text>', 'kept with who and when');
}

function only(text: string): Pick<ItemSelection, 'failureClass' | 'failureCode'> {
  if (text === 'transient' || text === 'permanent') return { failureClass: text, failureCode: null };
  const code = /^type=([a-z0-9_]+)$/.exec(text)?.[1];
  if (code === undefined) {
    throw new InvalidArgumentError(`Expected transient, permanent or type=<code>, got \`${text}\`.`);
  }
  return { failureClass: null, failureCode: code };
}
