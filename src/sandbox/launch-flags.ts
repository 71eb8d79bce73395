import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, sep } from 'node:path';
import { packageRoot } from '../paths.ts';

export interface Launch {
  execPath: string;
  execArgv: string[];
}

/** How a child process is started: without a network where the system lets us, and under Node's permission model. */
export function launchOf(readableDirs: readonly string[], heapMb: number): Launch {
  const nodeFlags = [`--max-old-space-size=${heapMb}`, ...permissionFlags(readableDirs)];
  const cut = networkCut();
  if (cut === null) return { execPath: process.execPath, execArgv: nodeFlags };
  return { execPath: cut[0]!, execArgv: [...cut.slice(1), process.execPath, ...nodeFlags] };
}

let knownCut: string[] | null | undefined;

/**
 * The command that starts a program in a network namespace of its own, in which there is not even loopback; null where
 * that is not allowed, and the child can only replace the functions of Node that connect (forbid-network.ts).
 */
export function networkCut(): string[] | null {
  if (knownCut !== undefined) return knownCut;
  const ways = [
    ['unshare', '--net', '--'],
    ['unshare', '--user', '--map-current-user', '--net', '--'],
  ];
  const works = ([command, ...args]: string[]): boolean =>
    spawnSync(command!, [...args, process.execPath, '--version'], { stdio: 'ignore', timeout: 5000 })
      .status === 0;
  knownCut = process.platform === 'linux' ? (ways.find(works) ?? null) : null;
  return knownCut;
}

/**
 * Flags under which a Node process may read the application and the scratch folder, and neither write nor start
 * programs. Addons (the PDF parser) and threads (the watchdog) stay allowed, so this narrows what hostile JavaScript
 * can do; it does not jail native code.
 */
export function permissionFlags(readableDirs: readonly string[]): string[] {
  const flag = ['--permission', '--experimental-permission'].find((name) =>
    process.allowedNodeEnvironmentFlags.has(name),
  );
  if (flag === undefined || !process.allowedNodeEnvironmentFlags.has('--allow-addons')) return [];
  // What is not there is missed by the document that needs it.
  const dirs = [...applicationDirs(), ...readableDirs.filter((dir) => existsSync(dir))].flatMap((dir) => [
    join(dir, sep),
    join(realpathSync(dir), sep),
  ]);
  // Node 20 aborts when it gets a folder twice.
  const readable = [...new Set(dirs)].filter(
    (dir) => !dirs.some((other) => other !== dir && dir.startsWith(other)),
  );
  return [
    flag,
    ...readable.map((dir) => `--allow-fs-read=${dir}*`),
    '--allow-addons',
    '--allow-worker',
    '--no-warnings',
  ];
}

/** Our own code, and the packages: beside it, or above it where docbatch is itself a package of another. */
function applicationDirs(): string[] {
  const require = createRequire(import.meta.url);
  const somePackage = require.resolve('workerpool');
  const packages = somePackage.slice(0, somePackage.lastIndexOf(`${sep}node_modules${sep}`));
  return [packageRoot, join(packages, 'node_modules')];
}
