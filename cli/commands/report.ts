import { Command, Option } from 'commander';
import { lazily } from '../lazily.ts';
import type { Register } from '../program.ts';

export function registerReport(register: Register): void {
  const command = new Command('report')
    .description('every document once, totals, error patterns, and the five targets')
    .argument('[batch]', 'id, start of an id, name, or last')
    .addOption(
      new Option('--format <format>', 'Markdown, JSON (docs/report.schema.json), or CSV')
        .choices(['md', 'json', 'csv'])
        .default('md'),
    )
    .option('--output <file>', 'write to a file; - is the screen', '-');
  register(
    command,
    lazily(() => import('../actions/report.ts'), 'report'),
  );
}
