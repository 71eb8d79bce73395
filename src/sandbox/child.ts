// The program of one extraction process; started by pool.ts and nobody else.
import { constants, setPriority } from 'node:os';
import workerpool from 'workerpool';
import { DocumentFailure } from '../domain/failure.ts';
import type { Json } from '../domain/analyzer.ts';
import type { Rendered } from '../domain/pictures.ts';
import { groundQuotes } from '../analyze/claude/ground.ts';
import { extractFile } from '../extract/extract-file.ts';
import type { ChildFunctions, LocalInput, Reply } from './requests.ts';
import { forbidNetwork } from './forbid-network.ts';
import { startWatchdog } from './watchdog.ts';

// Before workerpool's own listener, whose orderly exit would wait for native parsers to finish.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
// Ctrl-C and service managers signal the whole group: the worker decides what becomes of the document in work here.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => undefined);
// Parsers may use every core: the worker's calls, heartbeats and commits go before them.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);
forbidNetwork();
const watchdog = startWatchdog(Number(process.argv[2]));

const functions: ChildFunctions = {
  extract: (request, limits) => reply(() => extractFile(request, limits, showProgress)),
  render: (request, limits) => reply(() => render(request, limits)),
  answerLocally: (input) => reply(() => answer(input)),
  ground: (input) => reply(() => Promise.resolve(groundQuotes(input))),
};
workerpool.worker({ ...functions });

const PROGRESS_EVERY_MS = 1000;
let shownAtMs = 0;

function showProgress(): void {
  if (performance.now() - shownAtMs < PROGRESS_EVERY_MS) return;
  shownAtMs = performance.now();
  workerpool.workerEmit({ progress: true });
}

async function reply<T>(work: () => Promise<T>): Promise<Reply<T>> {
  workerpool.workerEmit({ startedPid: process.pid });
  watchdog.wake();
  try {
    const value = await work();
    return { value, rssBytes: process.memoryUsage.rss() };
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    const { failureClass, code, message, stage, context } = error;
    return { failure: { failureClass, code, message, stage, context }, rssBytes: process.memoryUsage.rss() };
  } finally {
    watchdog.rest();
  }
}

/** Loaded when first asked for: what draws takes longer to load than all readers. */
async function render(...[request, limits]: Parameters<ChildFunctions['render']>): Promise<Rendered> {
  const { renderFile } = await import('../extract/render-file.ts');
  return renderFile(request, limits, showProgress);
}

/** Loaded when first asked for: its dictionaries are larger than all parsers of text. */
async function answer(input: LocalInput): Promise<Json> {
  const { answerLocally } = await import('../analyze/local/answer.ts');
  return answerLocally(input);
}
