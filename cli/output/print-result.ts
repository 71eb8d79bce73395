import type { NewestResult } from '../../src/db/newest-result.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';

/** The answer alone on stdout; of a document without one, what became of it. */
export function printResult(context: CliContext, found: NewestResult, asJson: boolean): void {
  const { result, isPruned, ...item } = found;
  const { uri, state, code, analyzer } = item;
  if (!asJson) {
    context.err(`${uri}: ${state}${code === null ? '' : ` (${code})`}, analyzer: ${analyzer ?? '-'}`);
    if (isPruned) {
      const again = commandLine(context.env, `process --id ${item.documentId} --rerun completed`);
      context.err(`Its result was deleted by prune; made again by: ${again}`);
    }
  }
  const answer = asJson || state !== 'completed' || isPruned ? { ...item, result } : result;
  context.out(JSON.stringify(answer, null, 2));
}
