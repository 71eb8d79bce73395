import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';
import { StackError } from './stack-error.ts';

const run = promisify(execFile);

/** What stands before `initdb` and `postgres`, which refuse to run as root: nothing for an ordinary user. */
export async function unprivilegedPrefix(folder: string): Promise<string[]> {
  if (process.getuid?.() !== 0) return [];
  // Another user id only in the eyes of the server: no account is made, and a folder under a 0700 home stays reachable.
  const inNamespace = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];
  if (await works([...inNamespace, 'test', '-w', folder])) return inNamespace;
  // Containers often forbid user namespaces; there the folder is handed to `nobody`, when that can reach it.
  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];
  await chown(folder, NOBODY, NOBODY).catch(() => undefined);
  if (await works([...asNobody, 'test', '-w', folder])) return asNobody;
  throw new StackError('PostgreSQL cannot run as root here', {
    why: `neither a user namespace (\`unshare --user\`) nor the user \`nobody\` can write \`${folder}\``,
    next: 'run docbatch as another user, or set DATABASE_URL to a PostgreSQL of your own',
  });
}

const NOBODY = 65_534;

async function works([command = '', ...args]: string[]): Promise<boolean> {
  return run(command, args).then(
    () => true,
    () => false,
  );
}
