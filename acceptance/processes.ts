import { readFileSync, readdirSync, readlinkSync } from 'node:fs';

export interface FoundProcess {
  pid: number;
  parent: number;
  command: string;
}

/** Everything alive that has to do with a folder: by command line, working folder or environment, and its descendants. */
export function processesOf(folder: string): FoundProcess[] {
  const all = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((pid) => describe(pid, folder));
  const ours = new Set(all.filter(({ isOurs }) => isOurs).map(({ pid }) => pid));
  for (let before = -1; before !== ours.size;) {
    before = ours.size;
    for (const { pid, parent } of all) if (ours.has(parent)) ours.add(pid);
  }
  return all.filter(({ pid }) => ours.has(pid));
}

/** `kill -9` of everything at once: no process sees another one die first. */
export function killEverything(folder: string): number {
  const found = processesOf(folder);
  for (const signal of ['SIGSTOP', 'SIGKILL'] as const) {
    for (const { pid } of found) {
      try {
        process.kill(pid, signal);
      } catch {
        // It ended by itself meanwhile.
      }
    }
  }
  return found.length;
}

function describe(pid: string, folder: string): (FoundProcess & { isOurs: boolean })[] {
  try {
    const read = (name: string) => readFileSync(`/proc/${pid}/${name}`, 'utf8');
    const stat = read('stat');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state === 'Z') return [];
    const command = read('cmdline').replaceAll('\0', ' ').trim();
    const isOurs = [command, readlinkSync(`/proc/${pid}/cwd`), read('environ')].some((text) =>
      text.includes(folder),
    );
    return [{ pid: Number(pid), parent: Number(parent), command, isOurs }];
  } catch {
    return [];
  }
}
