import type { Selected } from '../src/db/candidates.ts';
import { shortId } from '../src/domain/ids.ts';
import { commandLine } from './command-name.ts';
import type { CliContext } from './context.ts';
import { CliError } from './context.ts';
import { onOneLine } from './output/printable.ts';

/** Exit 0 and why nothing runs, as JSON with what is to be added to it; without any document, how to add some, and exit 1. */
export function sayNothingToDo(context: CliContext, selected: Selected, asJson: object | null): number {
  const { known, unchanged, failed, failedEarlier, busy, holders, skipped } = selected;
  if (known === 0) throw noDocumentYet(context);
  if (asJson !== null) {
    const counts = { unchanged, busy, holders, skipped, failed, failedEarlier };
    context.out(JSON.stringify({ batch: null, chosen: 0, ...counts, ...asJson }, null, 2));
    return 0;
  }
  const parts = [
    unchanged > 0 ? `${documents(unchanged)} processed and unchanged` : null,
    failed > 0 ? `${failed} failed earlier` : null,
    busy > 0 ? `${busy} in work in another batch` : null,
    skipped > 0 ? `${skipped} left out by skip` : null,
  ].filter((part) => part !== null);
  context.out(`Nothing to do: ${parts.join(', ')}.`);
  for (const line of describeHolders(context, selected)) context.out(line);
  if (failed > 0) {
    context.out(`${failed} failed earlier:`);
    for (const { name, code } of failedEarlier) context.out(`  ✗ ${onOneLine(name)}  ${code}`);
    if (failed > failedEarlier.length) context.out(`  … and ${failed - failedEarlier.length} more`);
    for (const id of new Set(failedEarlier.map((item) => item.batchId))) {
      context.out(`Try them again: ${commandLine(context.env, `retry ${shortId(id)}`)}`);
    }
  }
  return 0;
}

/** The batches that have what is left out, each with the command that looks at it or takes it up again. */
export function describeHolders({ env }: CliContext, { holders }: Pick<Selected, 'holders'>): string[] {
  return holders.map(({ batchId, status, count }) => {
    const command = ['paused', 'halted', 'terminated'].includes(status) ? 'resume' : 'monitor';
    return `  ${count} in batch ${shortId(batchId)}, which is ${status}: ${commandLine(env, `${command} ${shortId(batchId)}`)}`;
  });
}

export function noDocumentYet({ env }: CliContext): CliError {
  return new CliError('There is no document yet', {
    why: 'nothing was added or processed in this project',
    next: `${commandLine(env, 'add ./documents')}   or at once: ${commandLine(env, 'process ./documents')}`,
  });
}

export function documents(count: number): string {
  return count === 1 ? '1 document' : `${count} documents`;
}
