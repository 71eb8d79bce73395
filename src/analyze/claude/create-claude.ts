import type Anthropic from '@anthropic-ai/sdk';
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AnalysisInput, Analyzer, Json } from '../../domain/analyzer.ts';
import { DocumentFailure, critical, permanent } from '../../domain/failure.ts';
import { describeSuspicions } from '../../domain/injection.ts';
import type { Suspicion } from '../../domain/suspicion.ts';
import type { Profile } from '../../domain/profile.ts';
import { canonicalJson } from '../../domain/recipe.ts';
import { askClaude } from './ask.ts';
import type { Session } from './call.ts';
import { claudeProvider, createClaudeClient, hasClaudeKey } from './client.ts';
import type { GroundedQuote, GroundingInput, Quote } from './ground.ts';
import { groundQuotes } from './ground.ts';
import { checkClaude } from './preflight.ts';
import type { PriceOverrides } from './price.ts';
import { createPromptCache } from './prompt-cache.ts';
import { createProviderBatches } from './provider-batches.ts';
import { inRounds } from './in-rounds.ts';
import { nothingRecorded } from './recall-answer.ts';
import { judgeAnswer } from './judge-answer.ts';
import { markOfPiece, mergeRequest, pieceRequest } from './request.ts';
import { renderSome } from './render-some.ts';
import { runChecks } from './run-checks.ts';
import type { Piece } from './split-document.ts';
import { splitDocument } from './split-document.ts';

export interface ClaudeDeps {
  env: NodeJS.ProcessEnv;
  baseUrl: string | null;
  prices: PriceOverrides;
  /** Pages of one PDF that are sent as they are, at most. @default all */
  maxPictures?: number;
  /** Runs `groundQuotes` in a child process. */
  ground(input: GroundingInput, timeoutMs: number, signal: AbortSignal): Promise<GroundedQuote[]>;
}

/** Raised when the same profile would be asked in other words. */
export const claudeVersion = '3';

type Answer = { [key: string]: Json };

/**
 * `claude`: the Messages API, one document at a time; long ones in parts whose answers are merged. `claude-batch`: the
 * same questions, asked in provider batches at half the price.
 */
export function createClaudeAnalyzer(
  profile: Profile,
  deps: ClaudeDeps,
  name: 'claude' | 'claude-batch' = 'claude',
): Analyzer {
  const answerSchema = z.fromJSONSchema(profile.schema) as unknown as z.ZodType<Answer>;
  const quoted = z.strictObject({
    answer: answerSchema,
    quotes: z.array(z.strictObject({ field: z.string(), quote: z.string() })),
  });
  const promptCache = createPromptCache();
  let client: Promise<Anthropic> | undefined;
  const open = (): Promise<Anthropic> => (client ??= createClaudeClient(deps));
  const openInWorker = async (): Promise<Anthropic> => {
    if (!hasClaudeKey(deps.env)) throw workerWithoutKey();
    return open();
  };

  async function readPart(session: Session, piece: Piece, part?: { no: number; of: number }) {
    const request = pieceRequest(profile, session.contentSha256, piece, part);
    if (profile.quotes.length === 0)
      return { answer: await askClaude(session, request, answerSchema), quotes: [] };
    return askClaude(session, request, quoted);
  }

  /** Parts one after the other, since a document has one slot; then merged, as many at once as fit. */
  async function readWhole(session: Session, pieces: readonly Piece[]) {
    const quotes: Quote[] = [];
    let answers: Answer[] = [];
    const readPiece = (piece: Piece, index: number) =>
      readPart(session, piece, { no: index + 1, of: pieces.length });
    const inTurn = session.recorded.isOnline ? oneByOne : inRounds;
    for (const read of await inTurn(pieces, readPiece)) {
      answers.push(read.answer);
      quotes.push(...read.quotes);
    }
    while (answers.length > 1) {
      const mergeGroup = (group: Answer[]): Promise<Answer> =>
        group.length === 1
          ? Promise.resolve(group[0]!)
          : askClaude(session, mergeRequest(profile, group), answerSchema);
      answers = await inTurn(groupsOf(answers, profile.chunking.maxChars), mergeGroup);
    }
    return { answer: answers[0]!, quotes };
  }

  async function ground(
    input: AnalysisInput,
    { quotes, isPartial }: Pick<GroundingInput, 'quotes' | 'isPartial'>,
    signal: AbortSignal,
  ): Promise<GroundedQuote[]> {
    const { markdown, parts } = input.extraction;
    if (quotes.length === 0) return [];
    const grounding = { markdown, parts, quotes, isPartial };
    return markdown.length <= INLINE_CHARS
      ? groundQuotes(grounding)
      : deps.ground(grounding, input.timeoutMs, signal);
  }

  return {
    name,
    version: claudeVersion,
    provider: claudeProvider(deps.baseUrl),
    makesCalls: true,
    sharesLimits: true,
    keepsAnswers: true,
    onInjection: profile.onInjection ?? 'review',
    ...(name === 'claude'
      ? {}
      : {
          batches: createProviderBatches(openInWorker, {
            ...{
              provider: `${claudeProvider(deps.baseUrl)} batches`,
              model: profile.model,
              prices: deps.prices,
            },
          }),
        }),
    cacheKey: () => `${name}/${claudeVersion}:${hashOf(profile)}`,
    preflight: async (signal) => checkClaude(await open(), profile, signal),
    async analyze(input, signal) {
      const rendering = renderSome(input);
      const session: Session = {
        client: await openInWorker(),
        prices: deps.prices,
        meter: input.meter,
        promptCache,
        render: rendering.render,
        contentSha256: input.contentSha256,
        signal,
        timeoutMs: input.timeoutMs,
        deadlineMs: performance.now() + input.timeoutMs,
        count: { calls: 0, callsOk: 0 },
        requestIds: [],
        leaveRoom: null,
        recorded: input.recorded ?? nothingRecorded({ isOnline: name === 'claude' }),
      };
      const pieces = splitDocument(input.extraction, profile, deps.maxPictures);
      if (pieces.length === 0) throw withoutText();
      const pictures = pieces.reduce((sum, piece) => sum + piece.pictures.length, 0);
      const pdfPages = pieces.reduce((sum, piece) => sum + piece.pdfPages.length, 0);
      const suspicions = input.extraction.suspicions ?? [];
      const reading = pieces.length === 1 ? readPart(session, pieces[0]!) : readWhole(session, pieces);
      const read = await reading
        .catch((error: unknown) => {
          throw profile.onInjection === 'ignore' ? error : blamedOnOrders(error, suspicions);
        })
        .finally(() => session.leaveRoom?.());
      const isPartial = input.extraction.parts.some((part) => part.isPicture === true);
      const shown = pictures + pdfPages > 0;
      const grounding = await ground(input, { quotes: read.quotes, isPartial: shown && isPartial }, signal);
      const findings = judgeAnswer({
        answer: read.answer,
        grounding,
        marks: pieces.map((piece) => markOfPiece(piece, input.contentSha256)),
        suspicions,
        text: input.extraction.markdown,
      });
      const answer: Answer = { ...read.answer };
      if (profile.quotes.length > 0) answer.grounding = grounding as unknown as Json;
      if (profile.checks.length > 0)
        answer.checks = runChecks(read.answer, profile.checks) as unknown as Json;
      if (findings.length > 0) answer.injection = { findings } as unknown as Json;
      answer.claude = {
        model: profile.model,
        parts: pieces.length,
        ...(pictures > 0 ? { pictures } : {}),
        ...(pdfPages > 0 ? { pdfPages } : {}),
        ...(rendering.undrawn().length > 0 ? { undrawnPages: rendering.undrawn() } : {}),
        requestIds: session.requestIds,
      };
      return { answer, ...session.count };
    },
  };
}

async function oneByOne<T, R>(
  values: readonly T[],
  work: (value: T, index: number) => Promise<R>,
): Promise<R[]> {
  const done: R[] = [];
  for (const [index, value] of values.entries()) done.push(await work(value, index));
  return done;
}

const UNUSABLE = ['refused', 'truncated_answer', 'invalid_answer'];

/** An answer that cannot be used is no accident when the document asked for it. */
function blamedOnOrders(error: unknown, suspicions: readonly Suspicion[]): unknown {
  const orders = suspicions.filter(({ weight }) => weight === 'order');
  const isAnswer = error instanceof DocumentFailure && UNUSABLE.includes(error.code);
  if (!isAnswer || orders.length === 0) return error;
  const message = `${describeSuspicions(orders)}. No answer can be used: ${error.message}`;
  return permanent('injection_suspected', message, {
    stage: 'analyze',
    context: error.context,
    cause: error,
  });
}

/** Nothing would be asked about nothing, and still be billed. */
function withoutText() {
  return permanent('empty', 'The document has no text to send, and no picture that the profile would send', {
    stage: 'analyze',
  });
}

/** A running stack keeps the environment in which it was started. */
function workerWithoutKey() {
  return critical(
    'analyzer_unauthorized',
    'The worker was started without ANTHROPIC_API_KEY: stop it with `docbatch down`, set the key, then resume',
    { stage: 'analyze' },
  );
}

/** A larger text is searched in a child process: below this the search is over in milliseconds, whatever stands in it. */
const INLINE_CHARS = 50_000;

function hashOf(profile: Profile): string {
  return createHash('sha256')
    .update(canonicalJson(profile as unknown as Json))
    .digest('hex')
    .slice(0, 16);
}

/** Neighbours together while their JSON fits; at least two, so that there are fewer after every round. */
function groupsOf(answers: readonly Answer[], maxChars: number): Answer[][] {
  const groups: Answer[][] = [];
  let chars = 0;
  for (const answer of answers) {
    const size = JSON.stringify(answer).length;
    const group = groups.at(-1);
    if (group !== undefined && (group.length < 2 || chars + size <= maxChars)) {
      group.push(answer);
      chars += size;
    } else {
      groups.push([answer]);
      chars = size;
    }
  }
  return groups;
}
