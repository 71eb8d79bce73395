import type { Fault } from './faults.ts';
import { generateAnswer } from './answer.ts';
import type { LedgerEntry } from './ledger.ts';
import { billOf, models } from './models.ts';
import type { PromptCache } from './prompt-cache.ts';
import type { MessagesRequest } from './request.ts';
import { allBlocks, randomFrom, requestKey } from './request.ts';
import { pdfPages } from './seen-pages.ts';
import type { SimulatorSettings } from './settings.ts';
import { countInput, countText } from './tokens.ts';

/** Those that think unless told otherwise think for some hundred tokens, billed as output. */
function thinkingTokens(request: MessagesRequest): number {
  const { thinking: off } = models[request.model]!;
  const type = request.thinking?.type;
  const thinks = off === 'when-told' ? type === 'enabled' : type !== off;
  return thinks ? 200 + Math.floor(randomFrom(`thinks ${requestKey(request)}`)() * 1_300) : 0;
}

/** Runs the model on a valid request and bills it in the entry; the body of a 200. */
export function complete(
  request: MessagesRequest,
  entry: LedgerEntry,
  deps: { settings: SimulatorSettings; cache: PromptCache; fault: Fault | null; isBatch: boolean },
): Record<string, unknown> {
  const { settings, cache, fault, isBatch } = deps;
  const answer = generateAnswer(request, settings);
  let { text } = answer;
  let stop = 'end_turn';
  if (fault?.kind === 'invalid_json') text = `${text.slice(0, -1)}, oops`;
  if (fault?.kind === 'wrong_schema') text = '{"unexpected":true}';
  if (fault?.kind === 'refusal') [text, stop] = ['I cannot help with this.', 'refusal'];
  if (fault?.kind === 'context_window') [text, stop] = [text.slice(0, 20), 'model_context_window_exceeded'];
  const thought = thinkingTokens(request);
  const room = Math.max(0, request.max_tokens - thought);
  if (fault?.kind === 'max_tokens' || countText(text) > room) {
    [text, stop] = [text.slice(0, Math.min(text.length / 2, room * 3)), 'max_tokens'];
  }
  const output = stop === 'max_tokens' ? request.max_tokens : thought + Math.max(1, countText(text));
  const { tokens: cached, began } = cache.account(request);
  began();
  const tokens = {
    ...cached,
    output,
    input: countInput(request) - cached.read - cached.write5m - cached.write1h,
  };
  Object.assign(entry, {
    key: requestKey(request),
    model: request.model,
    tokens,
    costNanoUsd: billOf(request.model, tokens, isBatch),
    images: allBlocks(request).filter(({ type }) => type === 'image').length,
    pdfPages: allBlocks(request)
      .filter(({ type, source }) => type === 'document' && source?.type === 'base64')
      .reduce((sum, { source }) => sum + pdfPages(source?.data ?? ''), 0),
    fabricated: stop === 'end_turn' ? answer.fabricated : [],
  });
  return {
    id: `msg_${entry.requestId.slice(4)}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content: [
      ...(thought === 0 ? [] : [{ type: 'thinking', thinking: '', signature: entry.requestId }]),
      { type: 'text', text, citations: null },
    ],
    stop_reason: stop,
    stop_sequence: null,
    stop_details: stop === 'refusal' ? { type: 'refusal', category: 'policy', explanation: null } : null,
    container: null,
    usage: {
      input_tokens: tokens.input,
      output_tokens: output,
      cache_creation_input_tokens: tokens.write5m + tokens.write1h,
      cache_read_input_tokens: tokens.read,
      cache_creation: {
        ephemeral_5m_input_tokens: tokens.write5m,
        ephemeral_1h_input_tokens: tokens.write1h,
      },
      output_tokens_details: { thinking_tokens: thought },
      server_tool_use: null,
      service_tier: isBatch ? 'batch' : 'standard',
      inference_geo: null,
      speed: 'standard',
    },
  };
}
