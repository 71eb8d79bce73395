import { Command } from 'commander';
import { registerAdd } from './commands/add.ts';
import { registerAggregate } from './commands/aggregate.ts';
import { registerPause, registerCancel } from './commands/control.ts';
import { registerCache } from './commands/cache.ts';
import { registerCost } from './commands/cost.ts';
import { registerMigrate } from './commands/migrate.ts';
import { registerExport } from './commands/export.ts';
import { registerProfile } from './commands/profile.ts';
import { registerProviderBatches } from './commands/provider-batches.ts';
import { registerQuota } from './commands/quota.ts';
import { registerReport } from './commands/report.ts';
import { registerResults } from './commands/results.ts';
import { registerReview } from './commands/review.ts';
import { registerRetry, registerResume } from './commands/resume.ts';
import { registerSchedule } from './commands/schedule.ts';
import { registerSet } from './commands/set.ts';
import { registerList } from './commands/list.ts';
import { registerMonitor } from './commands/monitor.ts';
import { registerStatus } from './commands/status.ts';
import { registerWait } from './commands/wait.ts';
import { registerPrune } from './commands/prune.ts';
import { registerSkip } from './commands/skip.ts';
import { registerWorker } from './commands/worker.ts';
import { registerDestroy } from './commands/destroy.ts';
import { registerDev } from './commands/dev.ts';
import { registerDoctor } from './commands/doctor.ts';
import { registerExtract } from './commands/extract.ts';
import { registerFormats } from './commands/formats.ts';
import { registerDown } from './commands/down.ts';
import { registerLogs } from './commands/logs.ts';
import { registerProcess } from './commands/process.ts';
import { registerUp } from './commands/up.ts';
import { registerWhere } from './commands/where.ts';
import { commandLine } from './command-name.ts';
import type { Action, CliContext } from './context.ts';
import { exampleText } from './examples.ts';
import { refuseEmptyArguments, refuseSlipsOfOptions } from './refuse-slips.ts';
import { version } from './version.ts';

/** The whole command line. `run` wraps an action so that its exit code reaches main.ts. */
export function buildProgram(context: CliContext, setExitCode: (code: number) => void): Command {
  const program = new Command('docbatch')
    .description('Durable batch processing of documents.')
    .version(version())
    .option('--project <dir>', 'project folder (default: nearest parent with docbatch.yaml or .docbatch)')
    .showHelpAfterError(help(context, ''))
    .addHelpText('after', exampleText(context.env, ''))
    .exitOverride();
  const register: Register = (command, action, group) => {
    if (group?.parent === null) {
      program.addCommand(
        group.copyInheritedSettings(program).showHelpAfterError(help(context, `${group.name()} `)),
      );
    }
    refuseSlipsOfOptions(command);
    const path = group === undefined ? command.name() : `${group.name()} ${command.name()}`;
    (group ?? program).addCommand(
      command
        .copyInheritedSettings(program)
        .showHelpAfterError(help(context, `${path} `))
        .addHelpText('after', exampleText(context.env, path))
        .action(async (...args: unknown[]) => {
          refuseEmptyArguments(command, commandLine(context.env, `${path} --help`));
          setExitCode(await action(context, ...(args.slice(0, -1) as never[])));
        }),
    );
  };
  for (const [heading, group] of Object.entries(commands)) {
    program.commandsGroup(`${heading}:`);
    for (const add of group) add(register);
  }
  program.commandsGroup('Help:').helpCommand('help [command]', 'how a command is used');
  return program;
}

function help({ env }: CliContext, command: string): string {
  return `  next: ${commandLine(env, `${command}--help`)}`;
}

/** In the order of `--help`. */
const commands: Record<string, readonly ((register: Register) => void)[]> = {
  Run: [
    registerProcess,
    registerAdd,
    registerResume,
    registerRetry,
    registerPause,
    registerCancel,
    registerSet,
    registerSkip,
    registerReview,
    registerSchedule,
  ],
  Look: [
    registerStatus,
    registerList,
    registerMonitor,
    registerWait,
    registerReport,
    registerAggregate,
    registerResults,
    registerExport,
  ],
  'Claude and its costs': [
    registerProfile,
    registerCost,
    registerQuota,
    registerProviderBatches,
    registerCache,
  ],
  Formats: [registerExtract, registerFormats],
  'The stack on this machine': [
    registerUp,
    registerDown,
    registerDev,
    registerWhere,
    registerLogs,
    registerDoctor,
    registerPrune,
    registerDestroy,
  ],
  'Servers of your own': [registerMigrate, registerWorker],
};

/** Adds one command, to a group if one is given; its action gets (context, …arguments, options). */
export type Register = (command: Command, action: Action, group?: Command) => void;
