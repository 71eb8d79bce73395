import { shortId } from '../../src/domain/ids.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';

/** What `--detach` ends with: the id on stdout, for scripts. */
export function sayDetached(context: CliContext, batchId: string, asJson: boolean): void {
  context.out(asJson ? JSON.stringify({ batch: batchId }) : batchId);
  context.err(`Watch it with: ${commandLine(context.env, `monitor ${shortId(batchId)}`)}`);
}
