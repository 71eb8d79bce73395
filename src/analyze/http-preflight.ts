import { critical, DocumentFailure } from '../domain/failure.ts';
import { httpFailure } from './http-failure.ts';
import type { HttpAnswer, HttpOptions } from './http-request.ts';
import { HttpTimeoutError } from './http-request.ts';

const PREFLIGHT_TIMEOUT_MS = 10_000;
const MAX_PROBE_BYTES = 1_000_000;

/**
 * Throws a critical failure when no document can succeed at this address. OPTIONS first, since it costs the other side
 * nothing; many services refuse it although they take POST, so only a POST (with `x-docbatch-preflight`, without a
 * document) can condemn the address. A service that is only down for now is the gate's business and passes.
 */
export async function checkAddress(
  request: (options: HttpOptions) => Promise<HttpAnswer>,
  shownUrl: string,
  signal: AbortSignal,
): Promise<void> {
  const probe = (method: 'OPTIONS' | 'POST', body: string) =>
    request({
      method,
      body,
      headers: { 'x-docbatch-preflight': '1' },
      timeoutMs: PREFLIGHT_TIMEOUT_MS,
      maxBytes: MAX_PROBE_BYTES,
      signal,
    });
  try {
    if (!isCondemning((await probe('OPTIONS', '')).status)) return;
    const answer = await probe('POST', '{"preflight":true}');
    if (isCondemning(answer.status)) throw httpFailure(answer, shownUrl, { isPreflight: true });
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof DocumentFailure) throw error;
    if (!isOfTheMoment(error)) throw unusableAddress(error, shownUrl);
  }
}

function isCondemning(status: number): boolean {
  return [401, 402, 403, 404, 405, 410].includes(status) || (status >= 300 && status < 400);
}

function isOfTheMoment(error: unknown): boolean {
  if (error instanceof HttpTimeoutError) return true;
  return /^(ECONN|EHOST|ENET|ETIMEDOUT|EPIPE|EAI_AGAIN|EADDR|EMFILE|ENFILE)/.test(codeOf(error));
}

function unusableAddress(error: unknown, shownUrl: string): DocumentFailure {
  const errno = codeOf(error);
  const options = { stage: 'analyze', cause: error, context: { errno } } as const;
  if (errno === 'ENOTFOUND') {
    return critical('analyzer_not_found', `No server has the name in \`${shownUrl}\``, options);
  }
  return critical('analyzer_misconfigured', `Expected HTTP at \`${shownUrl}\`, got ${errno}`, options);
}

function codeOf(error: unknown): string {
  return (error as NodeJS.ErrnoException).code ?? (error as Error).name;
}
