import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { Command } from 'commander';
import type { Config } from '../../src/config.ts';
import { databaseContents } from '../../src/db/contents.ts';
import { stopStack } from '../../src/dev/ask-keeper.ts';
import { folderSize } from '../../src/dev/folder-size.ts';
import { commandLine, shellWord } from '../command-name.ts';
import { CliError, type CliContext } from '../context.ts';
import { formatBytes } from '../output/bytes.ts';
import type { Register } from '../program.ts';

export function registerDestroy(register: Register): void {
  const command = new Command('destroy')
    .description('stop the stack and delete everything that `.docbatch` of this project holds')
    .option('--yes <name>', 'the project folder’s name, instead of typing it when asked');
  register(command, destroy);
}

async function destroy(context: CliContext, options: { yes?: string }): Promise<number> {
  const config = context.config();
  if (!existsSync(config.stateDir)) {
    context.out(`Nothing to delete: \`${config.stateDir}\` does not exist`);
    return 0;
  }
  await showLoss(context, config);
  const name = basename(config.projectDir);
  const typed = options.yes ?? (await ask(context, name));
  if (typed !== name) {
    throw new CliError(`Expected the folder's name \`${name}\`, got \`${typed}\``, {
      why: 'nothing was deleted',
      next: commandLine(context.env, `destroy --yes ${shellWord(name)}`),
    });
  }
  await stopStack(config);
  await rm(config.stateDir, { recursive: true, force: true, maxRetries: 5 });
  context.out(`Deleted \`${config.stateDir}\``);
  return 0;
}

async function showLoss(context: CliContext, config: Config): Promise<void> {
  context.err(`This deletes \`${config.stateDir}\` (${formatBytes(await folderSize(config.stateDir))}):`);
  if (config.databaseUrl !== undefined) {
    context.err('  logs and the Temporal server’s memory; the database of DATABASE_URL stays as it is');
    return;
  }
  try {
    const { batches, documents, results } = await databaseContents(await context.database());
    context.err(
      `  ${batches} batches, ${documents} known documents, ${results} results; your own files stay`,
    );
  } catch (error) {
    context.err(`  batches and results that cannot be counted: ${(error as Error).message}`);
  }
}

async function ask(context: CliContext, name: string): Promise<string> {
  if (context.statusLine === null || !process.stdin.isTTY) {
    throw new CliError('Deleting needs the name of the project folder', {
      why: 'there is no terminal to type it at; nothing was deleted',
      next: commandLine(context.env, `destroy --yes ${shellWord(name)}`),
    });
  }
  const terminal = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return (await terminal.question(`Type the folder's name (${name}) to go on: `)).trim();
  } finally {
    terminal.close();
  }
}
