import type { StackStep } from '../../src/dev/stack.ts';

/** Shows how the stack comes up, one line a step; nothing when it was up already. */
export function createStackSteps(err: (text: string) => void): (step: StackStep) => void {
  const startedAt = new Map<string, number>();
  const last = new Map<string, string>();
  return ({ part, state, detail }) => {
    // Each lease of a command is told; a person wants to read it once.
    if (last.get(part) === `${state} ${detail}`) return;
    last.set(part, `${state} ${detail}`);
    if (state === 'starting') {
      startedAt.set(part, startedAt.get(part) ?? performance.now());
      err(`… starting ${detail}`);
    } else if (state === 'ready') {
      const since = startedAt.get(part);
      startedAt.delete(part);
      const took = since === undefined ? '' : ` (${((performance.now() - since) / 1_000).toFixed(1)} s)`;
      err(`✓ ${detail}${took}`);
    } else if (state === 'restarting') {
      startedAt.set(part, performance.now());
      err(`… ${detail}; starting it again`);
    } else if (state === 'failed') {
      err(`✗ ${detail}; trying again`);
    } else {
      err(`${part} stopped by ${detail}`);
    }
  };
}
