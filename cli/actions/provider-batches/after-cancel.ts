import type { NamedBatch } from '../../../src/db/resolve-batch.ts';
import { shortId } from '../../../src/domain/ids.ts';
import { commandLine } from '../../command-name.ts';

/** What becomes of that which the provider had answered, and what to type; a finished batch takes nothing over any more. */
export function afterCancel(
  env: NodeJS.ProcessEnv,
  { id, status }: Pick<NamedBatch, 'id' | 'status'>,
): string {
  const typed = (command: string): string => commandLine(env, `${command} ${shortId(id)}`);
  switch (status) {
    case 'completed':
      return `The batch is completed; what it was billed: ${typed('cost')}`;
    case 'completed_with_failures':
    case 'cancelled':
      return `The batch is ${status}; what was answered is billed: ${typed('cost')}; to take up its unfinished documents again: ${typed('retry')}`;
    default:
      return `What was answered before is billed; to take it over: ${typed('resume')}`;
  }
}
