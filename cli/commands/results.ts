import { Command } from 'commander';
import { findResults } from '../../src/db/find-results.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import type { Register } from '../program.ts';

export function registerResults(register: Register): void {
  const command = new Command('results')
    .description('the newest result of a document')
    .argument('<document>', 'id, start of an id, uri, path or file name');
  register(command.option('--json', 'as JSON'), results);
}

async function results(context: CliContext, named: string, flags: { json?: boolean }): Promise<number> {
  const db = await context.database();
  const found = await findResults(db, named);
  if (found.length === 0) {
    throw new CliError(`No processed document is called \`${named}\``, {
      why: 'no id, uri or path of this project matches',
      next: commandLine(context.env, 'report last'),
    });
  }
  if (found.length > 1) {
    throw new CliError(`\`${named}\` means several documents`, {
      why: found.map(({ uri }) => uri).join(', '),
      next: 'name one by its path or uri',
    });
  }
  const [result] = found;
  if (flags.json !== true)
    context.err(`${result!.uri}: ${result!.state}, analyzer: ${result!.analyzer ?? '-'}`);
  context.out(JSON.stringify(flags.json === true ? result : (result!.result ?? result), null, 2));
  return 0;
}
