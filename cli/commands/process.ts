import { Command, Option } from 'commander';
import { optimizations } from '../../src/domain/choose-mode.ts';
import { addChoice } from '../choice-options.ts';
import { groupings, MOST_GROUPED } from '../groupings.ts';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';
import { addSettings } from '../settings-options.ts';

export function registerProcess(register: Register): void {
  const command = new Command('process')
    .description('process documents: files, folders, globs, a manifest, or everything that is pending')
    .argument('[paths...]', 'files, folders, globs, CSV or JSONL manifests; - reads one path per line')
    .option('-f, --file <path>', 'one file; prints its result')
    .option('--id <document>', 'one registered document, by its id; prints its result')
    .option('--dry-run', 'show what would run; writes nothing')
    .option('-v, --verbose', 'one line per document as it ends')
    .option('--name <name>', 'name of the batch')
    .option('--detach', 'start the batch and return')
    .option('--no-worker', 'leave the work to workers that run elsewhere')
    .option('--yes', 'do not ask before a run that costs money')
    .option('--json', 'print the outcome as JSON')
    .addOption(
      new Option(
        '--group-by <what>',
        `let documents that are alike go together; looks at each first, at most ${MOST_GROUPED}`,
      ).choices(groupings),
    )
    .addOption(
      new Option('--optimize <what>', 'Claude online or by the batch, whichever is better for this').choices(
        optimizations,
      ),
    );
  register(
    addSettings(addChoice(command), { isNew: true }),
    lazily(() => import('../actions/process-documents.ts'), 'processDocuments'),
  );
}
