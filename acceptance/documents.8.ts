// A PDF of 40 pages, a deck of 20 slides, a workbook of 5 sheets and a mail become the Markdown under docs/examples, which
// a person has looked at. `-- documents.8 write` writes them anew.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import { writeExampleFiles } from '../test/support/example-files.ts';
import { runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';

const examples = join(packageRoot, 'docs/examples');
const wanted: Record<string, [RegExp, number]> = {
  'report.pdf': [/^#+ \d+\. The station at \w+$/gm, 40],
  'deck.pptx': [/^#* ?\**\d+\. News from \w+\**$/gm, 20],
  'workbook.xlsx': [/^#+ (January|February|March|April|Year)$/gm, 5],
  'mail.eml': [/^\*\*(From|To|Cc|Date|Subject):\*\*/gm, 5],
};
const folder = await mkdtemp(join(tmpdir(), 'docbatch-examples-'));
try {
  for (const name of await writeExampleFiles(folder)) {
    const { stdout, exitCode } = await runCli(folder, 'extract', name);
    const path = join(examples, `${name}.md`);
    if (process.argv[2] === 'write') {
      await mkdir(examples, { recursive: true });
      await writeFile(path, stdout);
    }
    const [pattern, count] = wanted[name]!;
    const found = stdout.match(pattern)?.length ?? 0;
    check(`${name}: headings where a person expects them`, exitCode === 0 && found === count, found);
    check(
      `${name}: as in docs/examples`,
      stdout === (await readFile(path, 'utf8')),
      `${stdout.length} characters`,
    );
  }
} finally {
  await rm(folder, { recursive: true });
}
