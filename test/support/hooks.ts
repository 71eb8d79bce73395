/** Root hooks of the whole mocha run; the shared servers are started here on first use (see stack.ts). */
export const mochaHooks = {};
