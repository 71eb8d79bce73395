import { Command, Option } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';
import { repeated, usd } from '../settings-options.ts';

export function registerAggregate(register: Register): void {
  const command = new Command('aggregate')
    .description(
      'the one result of a batch: groups, counts, sums, and the summary, which is made when it is not there',
    )
    .argument('[batch]', 'id, start of an id, name, or last')
    .option('--group-by <field>', 'look at it by this field of the answers; repeatable', repeated)
    .option('--sum <field>', 'add up this field, exactly and by currency; repeatable', repeated)
    .option('--currency <field>', 'where answers have their currency')
    .option(
      '--profile <profile>',
      'from now on by the section `aggregate` of this profile; no document is asked about again',
    )
    .option('--set <key=value>', 'change a key of that profile; repeatable', repeated)
    .option('--no-summary', 'only look; nothing is paid')
    .option('--dry-run', 'what the summary would cost; nothing is paid')
    .option('--yes', 'do not ask before a summary that costs much')
    .option('--budget <USD>', 'what paid calls of the batch may cost in all', usd)
    .addOption(new Option('--format <format>', 'how').choices(['md', 'json', 'csv']).default('md'))
    .option('--output <file>', 'write to a file; - is the screen', '-');
  register(
    command,
    lazily(() => import('../actions/aggregate.ts'), 'aggregate'),
  );
}
