import { createHash } from 'node:crypto';
import type { AnalysisInput, Analyzer, Json } from '../domain/analyzer.ts';
import type { DocumentFailure } from '../domain/failure.ts';
import { permanent, transient } from '../domain/failure.ts';
import { httpFailure } from './http-failure.ts';
import { checkAddress } from './http-preflight.ts';
import type { HttpAnswer, HttpOptions } from './http-request.ts';
import { createHttpRequester, HttpTimeoutError, TooLargeAnswerError } from './http-request.ts';
import { redact } from '../redact.ts';
import { MAX_ANSWER_BYTES, requestBody } from './request-body.ts';

const calledOnce = { calls: 1, callsOk: 0 };

/** `http(s)://…`: one POST per analysis; a 2xx JSON body is the answer. */
export function createHttpAnalyzer(spec: string): Analyzer {
  const url = new URL(spec);
  const shownUrl = redact(url.href);
  const request = createHttpRequester(url);
  const hash = createHash('sha256').update(url.href).digest('hex').slice(0, 16);
  return {
    name: 'http',
    version: '1',
    provider: url.origin,
    makesCalls: true,
    cacheKey: () => `http/1:${hash}`,
    preflight: (signal) => checkAddress(request, shownUrl, signal),
    async analyze(document: AnalysisInput, signal) {
      const answer = await post(request, document, shownUrl, signal);
      return { answer: parseAnswer(answer, shownUrl), calls: 1, callsOk: 1 };
    },
  };
}

async function post(
  request: (options: HttpOptions) => Promise<HttpAnswer>,
  document: AnalysisInput,
  shownUrl: string,
  signal: AbortSignal,
): Promise<HttpAnswer> {
  let answer: HttpAnswer;
  try {
    answer = await request({
      method: 'POST',
      body: requestBody(document),
      headers: {
        'x-docbatch-document': document.documentId,
        'x-docbatch-attempt': String(document.attempt),
        'x-docbatch-batch': document.batchId,
      },
      timeoutMs: document.timeoutMs,
      maxBytes: MAX_ANSWER_BYTES,
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    throw connectionFailure(error, shownUrl);
  }
  if (answer.status < 200 || answer.status > 299) throw httpFailure(answer, shownUrl);
  return answer;
}

function parseAnswer({ status, body }: HttpAnswer, shownUrl: string): Json {
  try {
    return JSON.parse(body) as Json;
  } catch {
    const got = body.trim() === '' ? 'nothing' : `${Buffer.byteLength(body)} bytes that are not JSON`;
    throw permanent('invalid_answer', `Expected JSON from \`${shownUrl}\`, got ${got}`, {
      stage: 'analyze',
      context: { ...calledOnce, callsOk: 1, status },
    });
  }
}

function connectionFailure(error: unknown, shownUrl: string): DocumentFailure {
  const options = { stage: 'analyze', cause: error } as const;
  if (error instanceof HttpTimeoutError) {
    return transient('analyzer_timeout', `\`${shownUrl}\` gave no answer within ${error.timeoutMs} ms`, {
      ...options,
      context: calledOnce,
    });
  }
  if (error instanceof TooLargeAnswerError) {
    return permanent('invalid_answer', `\`${shownUrl}\` answered with more than ${MAX_ANSWER_BYTES} bytes`, {
      ...options,
      context: { ...calledOnce, callsOk: 1 },
    });
  }
  const code = (error as NodeJS.ErrnoException).code ?? 'unknown';
  return transient('network', `The connection to \`${shownUrl}\` failed (${code})`, {
    ...options,
    context: { ...calledOnce, errno: code },
  });
}
