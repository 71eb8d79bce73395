import type { Action } from './context.ts';

/**
 * The action `name` of a module that is loaded when the action runs, for those that need libraries: all of them together
 * take a second to load, for which neither `--help` nor another command should wait.
 */
export function lazily<Name extends string>(load: () => Promise<Record<Name, Action>>, name: Name): Action {
  return async (context, ...args) => {
    const actions = await load();
    // Ctrl-C while it loaded.
    context.interrupted.throwIfAborted();
    return actions[name](context, ...args);
  };
}
