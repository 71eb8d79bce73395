import { existsSync, statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { randomUUID } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { createAnalyzer } from '../src/analyze/create-analyzer.ts';
import type { PagesBlock } from '../src/analyze/claude/request.ts';
import { pieceRequest } from '../src/analyze/claude/request.ts';
import { splitDocument } from '../src/analyze/claude/split-document.ts';
import type { Extraction } from '../src/domain/extraction.ts';
import { DocumentFailure } from '../src/domain/failure.ts';
import type { PaidCall } from '../src/domain/money.ts';
import type { PictureOrder } from '../src/domain/pictures.ts';
import { formatUsd } from '../src/domain/money.ts';
import type { LoadedProfile } from '../src/profiles/load-profile.ts';
import { createSandbox } from '../src/sandbox/pool.ts';
import { sandboxOptions } from '../src/sandbox/sandbox-options.ts';
import { claudeParameters, requireClaude } from './chosen-recipe.ts';
import type { CliContext } from './context.ts';
import { CliError } from './context.ts';

const TIMEOUT_MS = 600_000;
const SHOWN_CHARS = 1_500;

/** One document through one profile, without stack or database: the prompt, the answer, what it cost. */
export async function tryProfile(
  context: CliContext,
  loaded: LoadedProfile,
  document: string,
): Promise<number> {
  const { limits, claude, userDir } = context.config();
  const path = resolve(userDir, document);
  if (!existsSync(path) || !statSync(path).isFile()) throw new CliError(`No file \`${path}\``);
  const { profile } = loaded;
  await requireClaude(context, loaded).preflight(context.interrupted);
  const sandbox = createSandbox({ ...sandboxOptions(limits), processes: 1 });
  const paid: PaidCall[] = [];
  try {
    const name = basename(path);
    const file = { path, name, memberPath: [], timeoutMs: TIMEOUT_MS };
    const read = await sandbox.extract({ ...file, known: null }, context.interrupted);
    const extraction = read.extraction!;
    context.err(promptOf(loaded, { ...read, extraction }));
    const deps = { answerLocally: () => Promise.reject(new Error('unused')), env: context.env };
    const analyzer = createAnalyzer(
      'claude',
      { ...deps, claude: { prices: claude.prices, ground: sandbox.ground, maxPictures: limits.maxPictures } },
      claudeParameters(context, loaded),
    );
    const input = {
      documentId: randomUUID(),
      batchId: randomUUID(),
      uri: pathToFileURL(path).href,
      name,
      mimeType: read.mimeType,
      sizeBytes: read.sizeBytes,
      contentSha256: read.contentSha256,
      attempt: 1,
      extraction,
      render: (order: PictureOrder) => sandbox.render(file, order, context.interrupted),
      timeoutMs: TIMEOUT_MS,
      meter: {
        waitFor: () => Promise.resolve(),
        reserve: () => Promise.resolve(),
        admit: () => Promise.resolve(),
        room: () => Promise.resolve(() => undefined),
        report: () => undefined,
        paid: (call: PaidCall) => paid.push(call),
        lost: () => undefined,
      },
    };
    const { answer } = await analyzer.analyze(input, context.interrupted);
    context.out(JSON.stringify(answer, null, 2));
    return 0;
  } catch (error) {
    if (!(error instanceof DocumentFailure)) throw error;
    throw new CliError(error.message, { why: `${error.failureClass} ${error.code}`, cause: error });
  } finally {
    await sandbox.close();
    const cost = paid.reduce((sum, { costNanoUsd }) => sum + costNanoUsd, 0);
    const tokens = (of: 'inputTokens' | 'outputTokens') => paid.reduce((sum, call) => sum + call[of], 0);
    if (paid.length > 0) {
      context.err(
        `${profile.model}: ${paid.length === 1 ? '1 call' : `${paid.length} calls`}, ${tokens('inputTokens')} input and ${tokens('outputTokens')} output tokens, ${formatUsd(cost)}`,
      );
    }
  }
}

/** What is asked about the document, or about the first of its pieces. */
function promptOf(
  { profile }: LoadedProfile,
  { contentSha256, extraction }: { contentSha256: string; extraction: Extraction },
): string {
  const [piece] = splitDocument(extraction, profile);
  if (piece === undefined) return '--- nothing to send';
  const { system, messages } = pieceRequest(profile, contentSha256, piece);
  const [{ content }] = messages;
  const text =
    typeof content === 'string'
      ? content
      : content.map((block) => (block.type === 'text' ? block.text : describe(block))).join('');
  const cut =
    text.length > SHOWN_CHARS ? `${text.slice(0, SHOWN_CHARS)}\n… (${text.length} characters)` : text;
  return `--- system\n${system}\n--- user\n${cut}\n---`;
}

function describe({ order: { as, pages } }: PagesBlock): string {
  const [first] = pages;
  return as === 'pdf'
    ? `[${pages.length} pages of the PDF as they are]`
    : `[picture of ${first!.widthPx} × ${first!.heightPx} pixels]`;
}
