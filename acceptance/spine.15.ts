// The Web UI in a real Chromium: a batch's name, its counts in current details, the failing documents by name.
import { accessSync, constants } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import type { Page } from 'playwright-core';
import { chromium } from 'playwright-core';
import { loadPorts } from '../src/dev/state-files.ts';
import { packageRoot } from '../src/paths.ts';
import { startModelServer } from '../test/support/model-server.ts';
import { projectFolder, runCli, startCli } from '../test/support/run-cli.ts';
import { check, until } from './check.ts';

const program = findChromium();
if (program === undefined) {
  process.stderr.write(
    'This line needs Chromium, and none is on the PATH: `apt-get install chromium` (or google-chrome), or set CHROMIUM_PATH\n',
  );
  process.exit(1);
}

const NAME = 'invoices-november';
const GOOD = 600;
/** They come first by name, and so are tried again while the others are read. */
const FAILING = ['agreement-03.txt', 'contract-17.txt', 'delivery-08.txt'];
const REFUSED = 'certificate-01.txt';
const project = await projectFolder();
// Those that fail do so on every try: each has an activity of its own, whose retries the page shows.
const model = await startModelServer(({ name }) => {
  if (FAILING.includes(name)) return { delayMs: 50, status: 529 };
  return name === REFUSED ? { delayMs: 50, status: 422 } : { delayMs: 900 };
});
const browser = await chromium.launch({ executablePath: program, args: ['--no-sandbox'] });
try {
  await writeDocuments(join(project.folder, 'invoices'));
  await runCli(project.folder, 'up');
  const args = ['process', 'invoices', '--name', NAME, '--analyzer', model.url, '--parallel', '10'];
  const running = startCli(project.folder, [...args, '--retry-delay', '3s', '--retries', '6', '--json']);
  await until('some answers', () => model.calls.length >= 90, 120_000);
  const page = await browser.newPage({ viewport: { width: 1280, height: 1000 } });
  const { webUi } = loadPorts(join(project.folder, '.docbatch'));
  await page.goto(`http://127.0.0.1:${webUi}/namespaces/default/workflows/batch:${await batchId()}`);

  for (const document of FAILING) await shows(page, 'the timeline names a document that fails', document);
  await page.screenshot({ path: join(packageRoot, 'docs/web-ui-timeline.png') });

  await page.getByText('User Metadata').click();
  await shows(page, 'current details name the batch', NAME);
  await shows(page, 'they count the completed', 'completed · 1 failed');
  await shows(page, 'and all', `${GOOD + FAILING.length + 1} documents`);
  await page.screenshot({ path: join(packageRoot, 'docs/web-ui.png') });
  await running.done;
} finally {
  await browser.close();
  await project.remove();
  await model.close();
}

async function batchId(): Promise<string> {
  const { stdout } = await runCli(project.folder, 'status', 'last', '--json');
  return (JSON.parse(stdout) as { id: string }).id;
}

/** The page shows what is markdown in frames of their own. */
async function shows(page: Page, what: string, text: string): Promise<void> {
  const counts = () =>
    page.frames().map((frame) =>
      frame
        .getByText(text)
        .filter({ visible: true })
        .count()
        .catch(() => 0),
    );
  const isShown = async () => (await Promise.all(counts())).some((count) => count > 0);
  const found = await until(text, isShown, 30_000).then(
    () => true,
    () => false,
  );
  check(what, found, text);
}

async function writeDocuments(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  const good = Array.from({ length: GOOD }, (_, n) => `invoice-${String(n + 1).padStart(4, '0')}.txt`);
  for (const name of [...FAILING, REFUSED, ...good]) {
    await writeFile(join(folder, name), `The document ${name} of November: nothing else is in it.\n`);
  }
}

/** As the distributions name it. */
function findChromium(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  const folders = (process.env.PATH ?? '').split(delimiter);
  const found = names.flatMap((name) => folders.map((folder) => join(folder, name))).find(isExecutable);
  return process.env.CHROMIUM_PATH ?? found;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
