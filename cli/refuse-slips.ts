import type { Command } from 'commander';
import { CliError } from './context.ts';

/** An option never swallows the one after it (`--name --dry-run` would run for real), nor an empty text. */
export function refuseSlipsOfOptions(command: Command): void {
  for (const option of command.options) {
    if (!option.required) continue;
    command.on(`option:${option.name()}`, (value: unknown) => {
      const isFlag = command.options.some(({ short, long }) => value === short || value === long);
      if (!isFlag && value !== '') return;
      const got = isFlag ? `the option \`${String(value)}\`` : 'an empty text (an unset shell variable?)';
      command.error(`error: option '${option.flags}' needs a value, got ${got}`);
    });
  }
}

/** Nothing is named by an empty text: `cancel "$UNSET"` would take the only batch, `process "$UNSET"` the whole folder. */
export function refuseEmptyArguments(command: Command, help: string): void {
  if (!command.args.includes('')) return;
  throw new CliError(`Expected a name or a path for \`${command.name()}\`, got an empty text`, {
    why: 'a shell variable is perhaps not set',
    next: help,
  });
}
