import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { Argument, Command, InvalidArgumentError } from 'commander';
import { followLog, tail } from '../../src/dev/follow-log.ts';
import { logPath } from '../../src/dev/rotating-log.ts';
import { redact } from '../../src/redact.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

const parts = ['worker', 'postgres', 'temporal', 'keeper', 'cli'] as const;

export function registerLogs(register: Register): void {
  const command = new Command('logs')
    .description('show the log of a part of the stack')
    .addArgument(new Argument('[part]', 'whose log').choices(parts).default('worker'))
    .option('-n, --lines <count>', 'how many of the last lines', wholeNumber, 100)
    .option('-f, --follow', 'go on until Ctrl-C');
  register(command, logs);
}

async function logs(
  context: CliContext,
  part: string,
  options: { lines: number; follow?: boolean },
): Promise<number> {
  const path = logPath(context.config().stateDir, part);
  context.err(existsSync(path) ? path : `There is no log yet: ${path}`);
  const show = (text: string) => {
    if (text !== '') context.out(redact(text));
  };
  if (options.follow !== true) {
    show(tail(path, options.lines));
    return 0;
  }
  context.onExit(followLog(path, options.lines, show));
  if (!context.interrupted.aborted) await once(context.interrupted, 'abort');
  return 0;
}

function wholeNumber(text: string): number {
  if (!/^\d{1,6}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}
