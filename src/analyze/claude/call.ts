import type Anthropic from '@anthropic-ai/sdk';
import { APIError } from '@anthropic-ai/sdk/core/error';
import type { AnalysisInput } from '../../domain/analyzer.ts';
import type { Meter, PaidCall } from '../../domain/money.ts';
import { critical, transient } from '../../domain/failure.ts';
import { onAbort } from '../on-abort.ts';
import { mayBeBilled } from './error-facts.ts';
import type { CallCount } from './failure.ts';
import { callFailure } from './failure.ts';
import type { CallPrice, CallTokens, PriceOverrides } from './price.ts';
import { priceOf } from './price.ts';
import type { PromptCache } from './prompt-cache.ts';
import { isShared, withSharedPrompt } from './prompt-cache.ts';
import type { ClaudeDraft } from './request.ts';
import { seenLimits } from './seen-limits.ts';
import type { SentRequest } from './with-pages.ts';
import { isPlain, pagesBytes, pagesTokens, roughTokens, withPages, withoutPages } from './with-pages.ts';

/** Only for the limiter, which is told afterwards what it really was. */
const CHARS_PER_TOKEN = 3.4;
/** setTimeout fires at once above this. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The calls that one document needs share these. */
export interface Session {
  client: Anthropic;
  prices: PriceOverrides;
  meter: Meter;
  /** Null when nothing else is asked with the same prompt: what is never read again is not kept. */
  promptCache: PromptCache | null;
  render: AnalysisInput['render'];
  contentSha256: string;
  signal: AbortSignal;
  /** `performance.now()` when the analysis must be over. */
  deadlineMs: number;
  timeoutMs: number;
  count: CallCount;
  requestIds: string[];
  /** Gives back the room for pictures that a question of a provider batch keeps until the document is left to it. */
  leaveRoom: (() => void) | null;
  recorded: NonNullable<AnalysisInput['recorded']>;
}

/**
 * One paid call: reserved before, billed after, its failure classified. Pages are made last, since they are large and
 * would wait in memory.
 */
export async function callClaude(session: Session, draft: ClaudeDraft): Promise<Anthropic.Message> {
  const { prices } = session;
  const price = priceOf(draft.model, new Date(), prices);
  if (price === undefined) throw unpriced(draft.model);
  const askedAtMs = performance.now();
  const left = (await session.promptCache?.enter(draft, session.meter)) ?? (() => undefined);
  let usage: Anthropic.Usage | null = null;
  try {
    const message = await placeAndSend(session, draft, { price, askedAtMs });
    usage = message.usage;
    return message;
  } finally {
    left(usage);
  }
}

async function placeAndSend(
  session: Session,
  draft: ClaudeDraft,
  { price, askedAtMs }: { price: CallPrice; askedAtMs: number },
): Promise<Anthropic.Message> {
  const { meter } = session;
  const costOf = (tokens: number): number => {
    // Writing the shared prompt costs more than reading it; at worst this call has to.
    const [input, cacheWrite5m] = session.promptCache !== null && isShared(draft) ? [0, tokens] : [tokens, 0];
    const worst = { input, output: draft.max_tokens, cacheWrite5m, cacheWrite1h: 0, cacheRead: 0 };
    // Whether it is answered within the US may be a setting of the workspace, which only the answer tells.
    return price.costOf(worst, { isUsOnly: true });
  };
  await meter.reserve(async () => costOf(await countTokens(session, draft)));
  const estimatedInputTokens = roughTokens(draft, CHARS_PER_TOKEN);
  await meter.admit(estimatedInputTokens, costOf(estimatedInputTokens));
  const unused = (error: unknown): never => {
    const usage = { inputTokens: 0, outputTokens: 0 };
    meter.report({ estimatedInputTokens, usage, limits: null, isUnused: true });
    throw error;
  };
  const leave = isPlain(draft) ? () => undefined : await meter.room(pagesBytes(draft)).catch(unused);
  try {
    const request = await withPages(draft, session.render).catch(unused);
    session.deadlineMs += performance.now() - askedAtMs;
    return await send(session, request, { price, estimatedInputTokens });
  } finally {
    leave();
  }
}

async function send(
  session: Session,
  request: SentRequest,
  { price, estimatedInputTokens }: { price: CallPrice; estimatedInputTokens: number },
): Promise<Anthropic.Message> {
  const { client, meter, signal, count, requestIds, promptCache } = session;
  const leftMs = Math.floor(session.deadlineMs - performance.now());
  if (leftMs < 1) throw late(session);
  // The SDK's own time-out ends with the headers; a body that stalls would hang for ever.
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), Math.min(leftMs, MAX_TIMER_MS));
  const offAbort = onAbort(signal, () => stop.abort());
  count.calls += 1;
  let answer: { data: Anthropic.Message; response: Response; request_id: string | null | undefined };
  try {
    answer = await client.messages
      .create(promptCache === null ? request : withSharedPrompt(request), {
        signal: stop.signal,
        timeout: Math.min(leftMs, MAX_TIMER_MS),
      })
      .withResponse();
  } catch (error) {
    const headers = error instanceof APIError ? (error.headers as Headers | undefined) : undefined;
    const limits = headers === undefined ? null : seenLimits(headers);
    meter.report({ estimatedInputTokens, usage: null, limits });
    if (mayBeBilled(error)) meter.lost();
    signal.throwIfAborted();
    throw callFailure(error, count);
  } finally {
    clearTimeout(timer);
    offAbort();
  }
  const { data: message, response } = answer;
  count.callsOk += 1;
  const requestId = answer.request_id ?? null;
  if (requestId !== null) requestIds.push(requestId);
  const tokens = tokensOf(message.usage);
  const usage = {
    inputTokens: tokens.input + tokens.cacheWrite5m + tokens.cacheWrite1h,
    outputTokens: tokens.output,
  };
  meter.report({ estimatedInputTokens, usage, limits: seenLimits(response.headers) });
  meter.paid(paidCall(message, price, { mode: 'online', model: request.model, requestId }));
  return message;
}

/** What an answer was billed. */
export function paidCall(
  { usage }: Pick<Anthropic.Message, 'usage'>,
  price: CallPrice,
  call: Pick<PaidCall, 'mode' | 'model' | 'requestId'>,
): PaidCall {
  const tokens = tokensOf(usage);
  const how = { isBatch: call.mode === 'batch', isUsOnly: usage.inference_geo === 'us' };
  return {
    ...call,
    inputTokens: tokens.input,
    outputTokens: tokens.output,
    cacheReadTokens: tokens.cacheRead,
    cacheWriteTokens: tokens.cacheWrite5m + tokens.cacheWrite1h,
    costNanoUsd: price.costOf(tokens, how),
  };
}

/**
 * By the free count, with 5 % on top; without it a token per byte of text, which none exceeds. What pages take follows
 * from their sizes: they are not made for it.
 */
export async function countTokens(
  { client, signal }: Pick<Session, 'client' | 'signal'>,
  draft: ClaudeDraft,
): Promise<number> {
  const { max_tokens: _maxTokens, ...counted } = withoutPages(draft);
  try {
    const { input_tokens: tokens } = await client.messages.countTokens(counted, { signal, timeout: 30_000 });
    return Math.ceil((tokens + pagesTokens(draft)) * 1.05);
  } catch {
    signal.throwIfAborted();
    return worstTokens(draft);
  }
}

/** More than the request can take, without asking anybody. */
export function worstTokens(draft: ClaudeDraft): number {
  return Buffer.byteLength(JSON.stringify(draft)) + Math.ceil(pagesTokens(draft) * 1.05);
}

function tokensOf(usage: Anthropic.Usage): CallTokens {
  const written = usage.cache_creation_input_tokens ?? 0;
  const hour = usage.cache_creation?.ephemeral_1h_input_tokens ?? 0;
  return {
    input: usage.input_tokens,
    output: usage.output_tokens,
    cacheWrite5m: written - hour,
    cacheWrite1h: hour,
    cacheRead: usage.cache_read_input_tokens ?? 0,
  };
}

export function unpriced(model: string) {
  return critical(
    'invalid_configuration',
    `No price is known for the model \`${model}\`; set \`claude.prices.${model}\` in docbatch.yaml`,
    { stage: 'analyze' },
  );
}

function late({ timeoutMs, count }: Session) {
  return transient('analyzer_timeout', `Claude gave no whole answer within ${timeoutMs} ms`, {
    stage: 'analyze',
    context: { ...count },
  });
}
