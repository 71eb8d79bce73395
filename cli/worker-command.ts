import type { CliContext } from './context.ts';

/** What starts a worker here: `worker` needs both servers named. */
export function workerCommand(context: CliContext): 'up' | 'worker' {
  const isOutside = Boolean(context.env.DATABASE_URL) && Boolean(context.env.TEMPORAL_ADDRESS);
  return isOutside ? 'worker' : 'up';
}
