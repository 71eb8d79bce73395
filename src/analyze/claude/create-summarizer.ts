import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Summarizer, SummaryInput } from '../../domain/aggregate.ts';
import type { Json } from '../../domain/analyzer.ts';
import { permanent } from '../../domain/failure.ts';
import { canonicalJson } from '../../domain/recipe.ts';
import { askClaude } from './ask.ts';
import { nothingRecorded } from './recall-answer.ts';
import type { Session } from './call.ts';
import { claudeProvider, claudeUrl, createClaudeClient } from './client.ts';
import type { PriceOverrides } from './price.ts';
import { createPromptCache } from './prompt-cache.ts';
import type { SummaryPart } from './summary-request.ts';
import { summaryRequest } from './summary-request.ts';

export interface SummarizerDeps {
  env: NodeJS.ProcessEnv;
  baseUrl: string | null;
  prices: PriceOverrides;
}

const answerSchema = z.strictObject({ summary: z.string().trim().min(1) });

/**
 * Online, also for batches whose documents were asked about by the batch: it is one call, and a person waits for it.
 * Answers that are too long for one call go in pieces, whose summaries are summarized.
 */
export function createSummarizer({ env, baseUrl, prices }: SummarizerDeps): Summarizer {
  return {
    provider: claudeProvider(baseUrl),
    sharesLimits: true,
    async summarize(input, signal) {
      const count = { calls: 0, callsOk: 0 };
      const ask = createAsk(input, { signal, count }, { env, baseUrl, prices });
      const { answersRead, texts, isWhole } = await readAll(input, ask);
      const summary = isWhole
        ? await ask({ texts, of: 'answers', facts: input.facts })
        : await putTogether(input, texts, ask);
      return { summary, answersRead, calls: count.calls };
    },
  };
}

type Ask = (part: SummaryPart) => Promise<string>;

/** All answers when they fit into one call, else summaries of as many pieces as are allowed. */
async function readAll(
  { answers, spec: { maxChars, maxCalls } }: SummaryInput,
  ask: Ask,
): Promise<{ answersRead: number; texts: string[]; isWhole: boolean }> {
  const first = await readPiece(answers(0), maxChars);
  if (first.length === 0) throw nothingToSummarize();
  const texts: string[] = [];
  let answersRead = first.length;
  for (let piece = first; piece.length > 0;) {
    const mayReadOn = texts.length + 1 < Math.max(2, maxCalls);
    const next = mayReadOn ? await readPiece(answers(answersRead), maxChars) : [];
    if (texts.length === 0 && (next.length === 0 || maxCalls === 1)) {
      return { answersRead, texts: piece, isWhole: true };
    }
    texts.push(await ask({ texts: piece, of: 'answers', facts: null }));
    answersRead += next.length;
    piece = next;
  }
  return { answersRead, texts, isWhole: false };
}

async function putTogether(
  { facts, spec: { maxChars } }: SummaryInput,
  summaries: readonly string[],
  ask: Ask,
): Promise<string> {
  let texts = summaries;
  for (let groups = groupsOf(texts, maxChars); groups.length > 1; groups = groupsOf(texts, maxChars)) {
    const merged: string[] = [];
    for (const group of groups) {
      merged.push(group.length === 1 ? group[0]! : await ask({ texts: group, of: 'summaries', facts: null }));
    }
    texts = merged;
  }
  return ask({ texts, of: 'summaries', facts });
}

/** One question, asked only when nobody has asked it before. */
function createAsk(
  { meter, timeoutMs, spec, recall, keep }: SummaryInput,
  { signal, count }: Pick<Session, 'signal' | 'count'>,
  { env, baseUrl, prices }: SummarizerDeps,
): Ask {
  let client: Promise<Session['client']> | null = null;
  return async (part) => {
    const request = summaryRequest(spec, part);
    const key = createHash('sha256')
      .update(`${claudeUrl(baseUrl)} ${canonicalJson(request as unknown as Json)}`)
      .digest('hex');
    const known = await recall(key);
    if (known !== null) return known;
    signal.throwIfAborted();
    const session: Session = {
      ...{
        client: await (client ??= createClaudeClient({ env, baseUrl })),
        prices,
        meter,
        signal,
        timeoutMs,
        count,
      },
      // Parts are asked about in the same words, one after the other; the whole only once.
      promptCache: part.facts === null ? createPromptCache() : null,
      render: () => Promise.reject(new Error('a summary shows no pages')),
      contentSha256: key,
      deadlineMs: performance.now() + timeoutMs,
      requestIds: [],
      leaveRoom: null,
      recorded: nothingRecorded({ isOnline: true }),
    };
    const { summary } = await askClaude(session, request, answerSchema);
    await keep(key, summary);
    return summary;
  };
}

/** As many answers as fit; one that is longer is cut. Nothing is held open while Claude is asked. */
async function readPiece(answers: AsyncIterable<string>, maxChars: number): Promise<string[]> {
  const piece: string[] = [];
  let chars = 0;
  for await (const answer of answers) {
    const text = answer.length > maxChars ? `${answer.slice(0, maxChars - 1).toWellFormed()}…` : answer;
    if (piece.length > 0 && chars + text.length > maxChars) break;
    piece.push(text);
    chars += text.length;
  }
  return piece;
}

/** Neighbours together while they fit; at least two, so that there are fewer after every round. */
function groupsOf(texts: readonly string[], maxChars: number): string[][] {
  const groups: string[][] = [];
  let chars = 0;
  for (const text of texts) {
    const group = groups.at(-1);
    if (group !== undefined && (group.length < 2 || chars + text.length <= maxChars)) {
      group.push(text);
      chars += text.length;
    } else {
      groups.push([text]);
      chars = text.length;
    }
  }
  return groups;
}

function nothingToSummarize() {
  return permanent('empty', 'No document has an answer that counts, so there is nothing to summarize', {
    stage: 'analyze',
  });
}
