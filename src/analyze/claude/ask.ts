import type Anthropic from '@anthropic-ai/sdk';
import type { z } from 'zod';
import type { Json } from '../../domain/analyzer.ts';
import type { Session } from './call.ts';
import { recallAnswer } from './recall-answer.ts';
import { answerFailure } from './failure.ts';
import { DocumentFailure } from '../../domain/failure.ts';
import type { ClaudeDraft } from './request.ts';
import { smaller } from './smaller.ts';
import { MAX_OUTPUT_TOKENS } from './thinking.ts';

type Problem = { code: 'truncated_answer' | 'invalid_answer'; detail: string };

/**
 * A valid answer to the request. One that was cut off is asked for once more with twice the tokens, one that does not
 * fit the schema once more with what was wrong; then the document fails. Every try is billed.
 */
export async function askClaude<T>(session: Session, request: ClaudeDraft, schema: z.ZodType<T>): Promise<T> {
  const { answer, asked } = await callFitting(session, request);
  const first = readAnswer(answer, schema, session);
  if ('value' in first) return first.value;
  const next = await askAgain(session, asked, first.problem);
  const second = readAnswer(next, schema, session);
  if ('value' in second) return second.value;
  throw answerFailure(second.problem.code, second.problem.detail, contextOf(session));
}

/** A model that cannot write twice as much refuses to (400, not billed): then the first answer's fault stands. */
async function askAgain(
  session: Session,
  asked: ClaudeDraft,
  { code, detail }: Problem,
): Promise<Anthropic.Message> {
  try {
    return (await callFitting(session, again(asked, { code, detail }))).answer;
  } catch (error) {
    const isTooMuch =
      code === 'truncated_answer' && error instanceof DocumentFailure && error.code === 'analyzer_rejected';
    throw isTooMuch ? answerFailure(code, detail, contextOf(session)) : error;
  }
}

/** Pictures that are refused as too large are sent once more, smaller; such a refusal is not billed. */
async function callFitting(
  session: Session,
  request: ClaudeDraft,
): Promise<{ answer: Anthropic.Message; asked: ClaudeDraft }> {
  try {
    return { answer: await recallAnswer(session, request), asked: request };
  } catch (error) {
    const asked = error instanceof DocumentFailure ? smaller(request, error) : null;
    if (asked === null) throw error;
    return { answer: await recallAnswer(session, asked), asked };
  }
}

function readAnswer<T>(
  message: Anthropic.Message,
  schema: z.ZodType<T>,
  session: Session,
): { value: T } | { problem: Problem } {
  if (message.stop_reason === 'refusal') {
    throw answerFailure('refused', message.stop_details?.category ?? '', contextOf(session));
  }
  if (message.stop_reason === 'model_context_window_exceeded') {
    throw answerFailure('context_exceeded', '', contextOf(session));
  }
  if (message.stop_reason === 'max_tokens') {
    const detail = `${message.usage.output_tokens} tokens`;
    return { problem: { code: 'truncated_answer', detail } };
  }
  const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join('');
  let json: Json;
  try {
    json = JSON.parse(text) as Json;
  } catch {
    const detail = text === '' ? 'it is empty' : 'it is not JSON';
    return { problem: { code: 'invalid_answer', detail } };
  }
  const parsed = schema.safeParse(json);
  return parsed.success
    ? { value: parsed.data }
    : { problem: { code: 'invalid_answer', detail: describeIssues(parsed.error) } };
}

function again(request: ClaudeDraft, { code, detail }: Problem): ClaudeDraft {
  if (code === 'truncated_answer') {
    return { ...request, max_tokens: Math.min(request.max_tokens * 2, MAX_OUTPUT_TOKENS) };
  }
  const [{ content }] = request.messages;
  const note = `A first answer could not be used: ${detail}. Answer again, in the required form.`;
  const noted =
    typeof content === 'string'
      ? `${content}\n\n${note}`
      : [...content, { type: 'text' as const, text: note }];
  return { ...request, messages: [{ role: 'user', content: noted }] };
}

/** Paths and rules; never the values, which are document text. */
function describeIssues({ issues }: z.ZodError): string {
  return issues
    .slice(0, 3)
    .map(({ path, code, message }) => {
      const at = path.join('.') || 'the answer';
      return code === 'invalid_value' ? `${at}: none of the allowed values` : `${at}: ${message}`;
    })
    .join('; ');
}

function contextOf({ count, requestIds }: Session): Record<string, unknown> {
  return { ...count, requestId: requestIds.at(-1) ?? null, requestIds: requestIds.slice(-10) };
}
