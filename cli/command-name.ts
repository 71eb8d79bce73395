/** How this user types docbatch, for the commands that we print: `npm run -s cli -- resume 1a2b3c4d`. */
export function commandLine(env: NodeJS.ProcessEnv, rest: string): string {
  return `${env.npm_lifecycle_event === 'cli' ? 'npm run -s cli --' : 'docbatch'} ${rest}`;
}

/** One word of a command line that is to be copied into a shell. */
export function shellWord(text: string): string {
  return /^[\w./:@%+,][\w./:@%+,-]*$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
