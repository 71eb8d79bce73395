import { once } from 'node:events';
import { Command } from 'commander';
import { followLog } from '../../src/dev/follow-log.ts';
import { logPath } from '../../src/dev/rotating-log.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

export function registerDev(register: Register): void {
  const command = new Command('dev').description(
    'run the stack in the foreground, with the worker’s log, until Ctrl-C',
  );
  register(command, dev);
}

async function dev(context: CliContext): Promise<number> {
  const { info } = await context.stack({ temporal: true, worker: true });
  if (info.webUiUrl !== null) context.out(`Web UI: ${info.webUiUrl}`);
  context.err('Ctrl-C stops the stack.');
  const stop = followLog(logPath(context.config().stateDir, 'worker'), 0, (text) => context.err(text));
  context.onExit(stop);
  if (!context.interrupted.aborted) await once(context.interrupted, 'abort');
  return 0;
}
