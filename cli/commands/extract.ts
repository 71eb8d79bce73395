import { Command } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerExtract(register: Register): void {
  const command = new Command('extract')
    .description('print what is read from one file, as an analyzer gets it; needs no servers')
    .argument('<file>', 'any file of a format that `docbatch formats` lists')
    .option('--json', 'all of it as JSON: text, parts, metadata, warnings')
    .option(
      '--member <name...>',
      'a document inside it: an attachment, or one name for each archive on the way',
    )
    .option(
      '--passwords <file>',
      'one a line, tried on what is protected; workers: passwordsFile in docbatch.yaml',
    )
    .option('--ocr', 'read the text of scans and images on this machine; takes a second or more a page')
    .option('--parts', 'only the list of pages, sheets, slides … with their character ranges');
  register(
    command,
    lazily(() => import('../actions/extract.ts'), 'extract'),
  );
}
