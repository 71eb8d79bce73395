import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { RecipeFlags } from './chosen-recipe.ts';
import { repeated } from './settings-options.ts';

export interface ChoiceFlags extends RecipeFlags {
  all?: boolean;
  manifest?: string;
  limit?: number;
  sample?: number;
  rerun: 'none' | 'failed' | 'completed' | 'all';
}

/** The flags that say which documents, and what reads them; shared by `process` and `schedule create`. */
export function addChoice(command: Command): Command {
  return command
    .option('--all', 'everything registered that is pending for this analyzer')
    .option('--manifest <file>', 'CSV or JSONL with the columns uri, id, priority, group, metadata')
    .option('-l, --limit <n>', 'at most this many, by priority, then age', atLeastOne)
    .option('--sample <n>', 'this many at random, for a trial', atLeastOne)
    .option(
      '--analyzer <spec>',
      'local, claude, claude-batch (half the price, within 24 h), exec:<command>, or an http(s) address',
    )
    .option('--ocr', 'read the text of scans and images on this machine; takes a second or more a page')
    .option('--profile <name>', 'what Claude is asked: a profile, or a YAML file (default: summary)')
    .option('--model <id>', 'another model than the profile names')
    .option('--set <key=value>', 'change a key of the profile, such as maxTokens=4000; repeatable', repeated)
    .addOption(
      new Option('--rerun <which>', 'also documents that are finished')
        .choices(['none', 'failed', 'completed', 'all'])
        .default('none'),
    );
}

function atLeastOne(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new InvalidArgumentError(`Expected a number from 1, got \`${text}\`.`);
  return Number(text);
}
