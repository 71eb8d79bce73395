import type { CliContext } from './context.ts';

/** Ctrl-C ends a command that only looks; the batch goes on. */
export function leaveOnInterrupt({ interrupted }: CliContext): () => Promise<never> {
  return () => Promise.reject(interrupted.reason as Error);
}
