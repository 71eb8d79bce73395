import { Command } from 'commander';
import { newestResult } from '../../src/db/newest-result.ts';
import { commandLine } from '../command-name.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';
import { findDocument } from '../find-document.ts';
import { printResult } from '../output/print-result.ts';
import type { Register } from '../program.ts';

export function registerResults(register: Register): void {
  const command = new Command('results')
    .description('the newest result of a document')
    .argument('<document>', 'id, start of an id, uri, path or file name')
    .option('--json', 'with its state, batch and analyzer');
  register(command, results);
}

async function results(context: CliContext, named: string, flags: { json?: boolean }): Promise<number> {
  const db = await context.database();
  const document = await findDocument(context, db, named);
  const found = await newestResult(db, document.id);
  if (found === null) {
    throw new CliError(`\`${document.name}\` was not processed yet`, {
      why: `it is registered as ${document.uri}, and was in no batch so far`,
      next: commandLine(context.env, `process --id ${document.id}`),
    });
  }
  printResult(context, found, flags.json === true);
  return 0;
}
