import { readFileSync } from 'node:fs';

const KIB = 1024;

/** Resident memory of another process; 0 when it is gone, or where there is no /proc. */
export function residentBytes(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * KIB;
  } catch {
    return 0;
  }
}
