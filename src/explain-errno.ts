const texts: Record<string, (path: string) => string> = {
  ENOENT: (path) => `there is no \`${path}\``,
  EISDIR: (path) => `\`${path}\` is a folder`,
  ENOTDIR: (path) => `\`${path}\` is not a folder`,
  EACCES: (path) => `this user may not use \`${path}\``,
  EPERM: (path) => `this user may not use \`${path}\``,
  EROFS: (path) => `\`${path}\` is on a disk that cannot be written`,
  ENOSPC: () => 'the disk is full',
};

/** What the system's error about this path means; its own words where we have none. */
export function explainErrno(error: unknown, path: string): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return texts[code ?? '']?.(path) ?? message;
}
