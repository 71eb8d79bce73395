// The Web UI in a real Chromium: a batch's name, its counts in current details, the failing documents by name.
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { loadPorts } from '../src/dev/state-files.ts';
import { packageRoot } from '../src/paths.ts';
import { startModelServer } from '../test/support/model-server.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, until } from './check.ts';

const program = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
if (!existsSync(program)) {
  process.stderr.write(`No Chromium at \`${program}\`: apt-get install chromium, or set CHROMIUM_PATH\n`);
  process.exit(1);
}

const NAME = 'invoices-november';
const GOOD = 600;
const FAILING = ['overloaded-contract.txt', 'overloaded-invoice.txt', 'overloaded-letter.txt'];
const project = await projectFolder();
// The overloaded ones fail on every try: each has an activity of its own, whose retries the page shows.
const model = await startModelServer((call) =>
  call.name.startsWith('overloaded') ? { delayMs: 50, status: 529 } : { delayMs: 900 },
);
const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
try {
  await writeDocuments(join(project.folder, 'invoices'));
  await runCli(project.folder, 'up');
  const args = ['process', 'invoices', '--name', NAME, '--analyzer', model.url, '--parallel', '10'];
  const running = startCli(project.folder, [...args, '--retry-delay', '3s', '--json']);
  await until('some answers', () => model.calls.length >= 90, 120_000);
  const id = await batchId();
  const base = `http://127.0.0.1:${loadPorts(join(project.folder, '.docbatch')).webUi}`;
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });

  await page.goto(`${base}/namespaces/default/workflows/${encodeURIComponent(`batch:${id}`)}`);
  await page.waitForURL(/\/(timeline|history)/);
  await shows(page, 'the page names the batch', NAME);
  await shows(page, 'current details have the counts', 'completed');
  for (const document of FAILING) await shows(page, 'a failing document by name', document);
  await page.screenshot({ path: join(packageRoot, 'docs/web-ui.png'), fullPage: false });
  await running.done;
} finally {
  await browser.close();
  await model.close();
  await project.remove();
}

async function batchId(): Promise<string> {
  const { stdout } = await runCli(project.folder, 'status', 'last', '--json');
  return (JSON.parse(stdout) as { id: string }).id;
}

async function shows(page: Page, what: string, text: string): Promise<void> {
  const found = await page
    .getByText(text, { exact: false })
    .first()
    .waitFor({ timeout: 30_000 })
    .then(
      () => true,
      () => false,
    );
  check(what, found, text);
}

async function writeDocuments(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const names = Array.from({ length: GOOD }, (_, n) => `invoice-${String(n + 1).padStart(4, '0')}.txt`);
  for (const name of [...FAILING, ...names]) {
    await writeFile(join(folder, name), `The document ${name} of November: nothing else is in it.\n`);
  }
}
