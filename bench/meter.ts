import { cpuSeconds, machineCpuSeconds } from './process-cost.ts';

export interface Cost {
  /** Of each process tree, by part. */
  cpuSeconds: Record<string, number>;
  /** Cores that neither these trees nor the bench used, on average: the noise of the machine. */
  foreignCores: number;
}

const LOOK_MS = 200;

/** Measures process trees, by part, from now until it is stopped. The tree `stack` holds those of the servers and the worker. */
export function startMeter(roots: Record<string, number>, model: number): { stop(): Cost } {
  const all = { ...roots, model };
  const startedAtMs = performance.now();
  const machineBefore = machineCpuSeconds();
  const benchBefore = benchSeconds();
  const before = cpuSeconds(all);
  let last = before;
  // A process that ends takes its figures along.
  const look = () => {
    const now = cpuSeconds(all);
    last = Object.fromEntries(Object.entries(last).map(([part, so]) => [part, Math.max(now[part] ?? 0, so)]));
  };
  const timer = setInterval(look, LOOK_MS);
  return {
    stop: () => {
      clearInterval(timer);
      look();
      const { model: modelSeconds = 0, ...used } = Object.fromEntries(
        Object.entries(last).map(([part, seconds]) => [part, seconds - (before[part] ?? 0)]),
      );
      const { worker = 0, postgres = 0, temporal = 0 } = used;
      if (used.stack !== undefined) used.stack = Math.max(used.stack - worker - postgres - temporal, 0);
      const own = Object.values(used).reduce((sum, seconds) => sum + seconds, modelSeconds);
      const foreign = machineCpuSeconds() - machineBefore - own - (benchSeconds() - benchBefore);
      const elapsed = (performance.now() - startedAtMs) / 1000;
      return { cpuSeconds: used, foreignCores: Math.max(foreign, 0) / elapsed };
    },
  };
}

function benchSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}
