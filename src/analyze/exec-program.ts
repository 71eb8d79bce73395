import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** The program a shell command starts, after any `NAME=value`; null when only the shell can tell. */
export function firstWord(command: string): string | null {
  const rest = command.replace(/^\s*(?:[A-Za-z_]\w*=(?:"[^"]*"|'[^']*'|[^\s"'])*\s+)*/, '');
  const match = /^(?:"([^"$`\\]+)"|'([^']+)'|([^\s"'$`\\(){};&|<>*?~]+))(?=[\s;&|<>]|$)/.exec(rest);
  return match?.[1] ?? match?.[2] ?? match?.[3] ?? null;
}

/** Whether the shell that will run it finds the program (or builtin) of this name. */
export async function isProgramThere(
  word: string,
  options: { env: NodeJS.ProcessEnv; cwd?: string | undefined },
  signal: AbortSignal,
): Promise<boolean> {
  const child = spawn('sh', ['-c', 'command -v "$1" >/dev/null', 'sh', word], {
    ...options,
    signal,
    stdio: 'ignore',
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  return code === 0;
}
