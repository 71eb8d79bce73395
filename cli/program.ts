import { Command } from 'commander';
import { registerDestroy } from './commands/destroy.ts';
import { registerDev } from './commands/dev.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerDown } from './commands/down.ts';
import { registerLogs } from './commands/logs.ts';
import { registerProcess } from './commands/process.ts';
import { registerUp } from './commands/up.ts';
import { registerWhere } from './commands/where.ts';
import type { CliContext } from './context.ts';

/** The whole command line. `run` wraps an action so that its exit code reaches main.ts. */
export function buildProgram(context: CliContext, setExitCode: (code: number) => void): Command {
  const program = new Command('docbatch')
    .description('Durable batch processing of documents.')
    .option('--project <dir>', 'project folder (default: nearest parent with docbatch.yaml or .docbatch)')
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  const register: Register = (command, action) =>
    program.addCommand(
      command.exitOverride().action(async (...args: unknown[]) => {
        setExitCode(await action(context, ...(args.slice(0, -1) as never[])));
      }),
    );
  for (const add of commands) add(register);
  return program;
}

const commands: readonly ((register: Register) => void)[] = [
  registerProcess,
  registerUp,
  registerDown,
  registerDev,
  registerWhere,
  registerLogs,
  registerDestroy,
  registerDoctor,
];

/** Adds one command; its action gets (context, …arguments, options). */
export type Register = (
  command: Command,
  action: (context: CliContext, ...args: never[]) => Promise<number>,
) => void;
