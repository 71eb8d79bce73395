import { sep } from 'node:path';
import { packageRoot } from '../src/paths.ts';

/** How this user types docbatch, for the commands that we print: `npm run -s cli -- resume 1a2b3c4d`. */
export function commandLine(env: NodeJS.ProcessEnv, rest: string): string {
  return `${env.npm_lifecycle_event === 'cli' ? npm(env) : 'docbatch'} ${rest}`;
}

/** Outside our own folder npm must be told where we are. */
function npm({ INIT_CWD: stands }: NodeJS.ProcessEnv): string {
  const isInside = stands === undefined || `${stands}${sep}`.startsWith(packageRoot);
  return isInside ? 'npm run -s cli --' : `npm --prefix ${shellWord(packageRoot.slice(0, -1))} run -s cli --`;
}

/** One word of a command line that is to be copied into a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,][\w./:@%+,-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
