import { createWriteStream } from 'node:fs';
import { rename } from 'node:fs/promises';
import { resolve } from 'node:path';
import { Command, Option } from 'commander';
import { readEvents } from '../../src/db/batch-events.ts';
import { batchSnapshot } from '../../src/db/batch-snapshot.ts';
import { readItems } from '../../src/db/items.ts';
import { resolveBatch } from '../../src/db/resolve-batch.ts';
import { reportLines } from '../../src/report/report-lines.ts';
import type { ReportFormat } from '../../src/report/report-lines.ts';
import { exportLines } from '../../src/report/export-lines.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

export function registerReport(register: Register): void {
  const command = new Command('report')
    .description('every document once, totals, error patterns, and the five targets')
    .argument('[batch]', 'id, start of an id, name, or last')
    .addOption(new Option('--format <format>', 'how').choices(['md', 'json', 'csv']).default('md'))
    .option('--output <file>', 'write to a file instead');
  register(command, report);
}

export function registerExport(register: Register): void {
  const command = new Command('export')
    .description('one row per document with its answer, streamed')
    .argument('[batch]', 'id, start of an id, name, or last')
    .addOption(new Option('--format <format>', 'how').choices(['jsonl', 'csv']).default('jsonl'))
    .option('--output <file>', 'write to a file; - is the screen', '-');
  register(command, exportBatch);
}

async function report(
  context: CliContext,
  named: string | undefined,
  flags: { format: ReportFormat; output?: string },
): Promise<number> {
  const db = await context.database();
  const { id } = await resolveBatch(db, named);
  const batch = { ...(await batchSnapshot(db, id)), events: await readEvents(db, id) };
  await writeLines(context, reportLines(batch, readItems(db, id, false), flags.format), flags.output ?? '-');
  return 0;
}

async function exportBatch(
  context: CliContext,
  named: string | undefined,
  flags: { format: 'jsonl' | 'csv'; output: string },
): Promise<number> {
  const db = await context.database();
  const { id } = await resolveBatch(db, named);
  await writeLines(context, exportLines(readItems(db, id, true), flags.format), flags.output);
  return 0;
}

/** To the screen, or to a file that appears only when it is whole. */
async function writeLines(context: CliContext, lines: AsyncIterable<string>, output: string): Promise<void> {
  if (output === '-') {
    for await (const line of lines) context.out(line);
    return;
  }
  const path = resolve(context.config().userDir, output);
  const temporary = `${path}.${process.pid}.tmp`;
  const file = createWriteStream(temporary);
  const opened = new Promise<void>((done, failed) => file.once('open', () => done()).once('error', failed));
  await opened;
  for await (const line of lines) {
    if (!file.write(`${line}\n`))
      await new Promise<undefined>((done) => file.once('drain', () => done(undefined)));
  }
  await new Promise<void>((done) => file.end(() => done()));
  await rename(temporary, path);
  context.err(`Written: ${path}`);
}
