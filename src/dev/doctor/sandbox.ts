import { networkCut, permissionFlags } from '../../sandbox/launch-flags.ts';
import { check } from './check.ts';
import type { Check } from './check.ts';

/** How well the processes that read documents are shut in on this machine. */
export function examineSandbox(): Promise<Check> {
  return check('sandbox', () => {
    const files =
      permissionFlags(['/']).length > 0
        ? 'reads only the application and its scratch folder'
        : 'may read what this user may: this Node has no permission model';
    const cut = networkCut();
    const network =
      cut === null
        ? 'network closed by replaced functions of Node only (`unshare --net` is not allowed here)'
        : `no network (\`${cut.slice(0, -1).join(' ')}\`)`;
    return Promise.resolve({ state: cut === null ? 'warn' : 'ok', detail: `${files}; ${network}` });
  });
}
