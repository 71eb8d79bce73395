#!/usr/bin/env node
// argv in, exit code out.
import { join } from 'node:path';
import { CommanderError } from 'commander';
import { ExitCode } from '../src/domain/batch.ts';
import { explainErrno } from '../src/explain-errno.ts';
import { keepHeapSteady, keepYoungHeapSmall } from '../src/steady-heap.ts';
import { commandLine } from './command-name.ts';
import { CliError } from './context.ts';
import { createMainContext, Interrupted } from './context-main.ts';
import { printError } from './output/print-error.ts';
import { buildProgram } from './program.ts';

keepHeapSteady();
keepYoungHeapSmall();

let exitCode: number = ExitCode.ok;
const { context, prepare, cleanUp, loadedConfig, lostAnswer } = createMainContext(
  () => program.opts(),
  () => program.args[0] ?? 'docbatch',
);
const program = buildProgram(context, (code) => (exitCode = code)).hook('preAction', prepare);

try {
  await program.parseAsync(process.argv);
} catch (error) {
  exitCode = report(error);
}
try {
  await cleanUp();
} catch (error) {
  // The command itself is done; what it answered stays true.
  report(error);
}
// A pipe takes only so much at once: what is left would be lost with the process.
await flushed(process.stdout);
const lost = lostAnswer();
if (lost !== null) {
  exitCode = report(
    new CliError('The answer could not be written to stdout', {
      why: explainErrno(lost, 'stdout'),
      next: 'make room, or see where stdout leads; then ask again',
    }),
  );
}
await flushed(process.stderr);
process.exit(exitCode);

function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => stream.write('', () => resolve()));
}

function report(error: unknown): number {
  // Commander has printed its own: help, or what was wrong with the arguments.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
  // What was being started falls over when it is cut short; only what a command itself says is worth reading then.
  const isCutShort = context.interrupted.aborted && !(error instanceof CliError);
  if (isCutShort || error instanceof Interrupted || (error as Error).name === 'AbortError') {
    context.err('Interrupted.');
    return ExitCode.interrupted;
  }
  if ((error as { code?: string }).code === 'EPIPE') return ExitCode.ok;
  const config = loadedConfig();
  printError(error, {
    err: (text) => context.err(text),
    debug: Boolean(context.env.DOCBATCH_DEBUG),
    command: commandLine(context.env, '').trim(),
    logsDir: config === null ? null : join(config.stateDir, 'logs'),
  });
  return error instanceof CliError ? error.exitCode : ExitCode.usage;
}
