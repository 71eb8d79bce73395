import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

const load = () => import('../actions/review.ts');

const BATCH = 'id, start of an id, name, or last';

/** A person decides about documents that wait in state `review`. */
export function registerReview(register: Register): void {
  const group = new Command('review').description(
    'documents that wait for a person, and what becomes of them',
  );
  const listed = new Command('list')
    .description('what waits, and why')
    .argument('[batch]', `${BATCH} (default: all batches)`)
    .option('--json', 'as JSON, with the answers');
  register(listed, lazily(load, 'list'), group);
  register(decisionCommand('accept', 'take the answers as they are'), lazily(load, 'accept'), group);
  register(
    decisionCommand('reject', 'discard the answers; the documents have failed'),
    lazily(load, 'reject'),
    group,
  );
}

function decisionCommand(name: string, description: string): Command {
  return new Command(name)
    .description(description)
    .argument('[documents...]', 'id, start of an id, uri, path or file name')
    .option('--all', 'every document that waits')
    .option('--batch <batch>', `only in this batch: ${BATCH}`)
    .option('--reason <text>', 'kept with who and when');
}
