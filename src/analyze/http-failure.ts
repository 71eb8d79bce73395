import type { DocumentFailure } from '../domain/failure.ts';
import { critical, permanent, transient } from '../domain/failure.ts';
import type { HttpAnswer } from './http-request.ts';
import { shownLine } from './shown-line.ts';
import { retryAfterMs } from './retry-after.ts';

/**
 * What an answer outside 2xx means. A 404 or 410 condemns the address only in the preflight: later it may be about
 * the document.
 */
export function httpFailure(
  answer: HttpAnswer,
  shownUrl: string,
  { isPreflight }: { isPreflight: boolean } = { isPreflight: false },
): DocumentFailure {
  const { status } = answer;
  const message = `\`${shownUrl}\` answered ${status}${reasonOf(answer)}`;
  const options = { stage: 'analyze', context: { calls: 1, callsOk: 0, status } } as const;
  if (status < 400) return critical('analyzer_misconfigured', message, options);
  if (status === 401 || status === 402 || status === 403) {
    return critical('analyzer_unauthorized', message, options);
  }
  if (isPreflight && [404, 405, 410].includes(status)) {
    return critical('analyzer_not_found', message, options);
  }
  if (status >= 500 || [408, 409, 425, 429].includes(status)) {
    const waitMs = retryAfterMs(answer.retryAfter, Date.now());
    return transient(status === 429 ? 'rate_limited' : 'analyzer_unavailable', message, {
      ...options,
      ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
    });
  }
  return permanent('analyzer_rejected', message, options);
}

/** The service's own words: `error.message`, `message`, `error`, `detail` of a JSON body, or the first line of a text. */
function reasonOf({ body, contentType }: HttpAnswer): string {
  const line = contentType.includes('html') ? '' : shownLine(jsonReason(body) ?? firstLine(body), 300);
  return line === '' ? '' : `: ${line}`;
}

function jsonReason(body: string): string | null {
  try {
    const parsed = JSON.parse(body) as { error?: { message?: unknown }; message?: unknown; detail?: unknown };
    const words = [parsed.error?.message, parsed.message, parsed.error, parsed.detail];
    return words.find((word): word is string => typeof word === 'string') ?? '';
  } catch {
    return null;
  }
}

function firstLine(body: string): string {
  return body.slice(0, 2_000).trim().split('\n', 1)[0] ?? '';
}
