import { readFileSync, readdirSync } from 'node:fs';

/** Of Linux on every platform that Node runs on. */
const TICKS_PER_SECOND = 100;

interface Stat {
  pid: number;
  parent: number;
  cpuSeconds: number;
}

/** CPU seconds of each root with all its descendants, those that have ended and were waited for included. */
export function cpuSeconds(roots: Record<string, number>): Record<string, number> {
  const all = allProcesses();
  return Object.fromEntries(
    Object.entries(roots).map(([name, pid]) => [
      name,
      tree(all, pid).reduce((sum, one) => sum + one.cpuSeconds, 0),
    ]),
  );
}

/** Busy CPU seconds of the whole machine since it started, over all cores. */
export function machineCpuSeconds(): number {
  const fields = readFileSync('/proc/stat', 'utf8').split('\n', 1)[0]!.split(/\s+/).slice(1).map(Number);
  const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0] = fields;
  return (user + nice + system + irq + softirq) / TICKS_PER_SECOND;
}

/** The most memory that a process ever held, in bytes, as the kernel kept it; 0 when it is gone. */
export function peakRssBytes(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

export function descendants(pid: number): number[] {
  return tree(allProcesses(), pid).flatMap((one) => (one.pid === pid ? [] : [one.pid]));
}

function tree(all: readonly Stat[], pid: number): Stat[] {
  const root = all.filter((one) => one.pid === pid);
  const children = all.filter((one) => one.parent === pid);
  return [...root, ...children.flatMap((child) => tree(all, child.pid))];
}

function allProcesses(): Stat[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => readStat(Number(name)) ?? []);
}

function readStat(pid: number): Stat | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The program's name may hold spaces and brackets; what follows is fixed: state, parent, …
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const ticks = [11, 12, 13, 14].reduce((sum, index) => sum + Number(fields[index]), 0);
    return { pid, parent: Number(fields[1]), cpuSeconds: ticks / TICKS_PER_SECOND };
  } catch {
    return null;
  }
}
