import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk/core/error';
import { redact } from '../../redact.ts';

/** What is known of a call that gave no answer; what the error table decides by. */
export interface ErrorFacts {
  kind: 'timeout' | 'connection' | 'response';
  status: number | null;
  /** `error.type` of the body. */
  type: string | null;
  /** `error.details.error_code` of the body: stable, unlike the message. */
  errorCode: string | null;
  /** `max_side_length_pixels` of an image that is too large. */
  maxSidePx: number | null;
  message: string;
  retryAfter: string | null;
  requestId: string | null;
}

/** The error that the SDK threw, as plain facts. An abort is none: the caller looks at its own signal first. */
export function errorFacts(error: unknown): ErrorFacts {
  const message = redact(messageOf(error)).slice(0, 500).toWellFormed();
  const none = {
    ...{ status: null, type: null, errorCode: null, maxSidePx: null, retryAfter: null, requestId: null },
    message,
  };
  if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) {
    return { ...none, kind: 'timeout' };
  }
  // An answer that broke off, or was cut in the middle of its JSON, comes as an error that is not the SDK's.
  if (error instanceof APIConnectionError || !(error instanceof APIError))
    return { ...none, kind: 'connection' };
  const { status, type, errorCode, details, headers, requestID } = error as APIError<number, Headers>;
  return {
    kind: 'response',
    status,
    type,
    errorCode,
    maxSidePx: maxSideOf(details),
    message,
    retryAfter: retryAfterOf(headers),
    requestId: requestID ?? null,
  };
}

/** In seconds or as a date; the SDK knows a form in milliseconds besides, which goes first there. */
function retryAfterOf(headers: Headers): string | null {
  const ms = headers.get('retry-after-ms')?.trim() ?? '';
  return /^\d{1,12}(\.\d+)?$/.test(ms) ? (Number(ms) / 1_000).toFixed(3) : headers.get('retry-after');
}

/** `error` of a result in a provider batch: the error body without status and headers; the type stands for the status. */
export function resultFacts(body: unknown): ErrorFacts {
  const { error, request_id: requestId } = body as {
    error?: { type?: string; message?: string; details?: { error_code?: string; [key: string]: unknown } };
    request_id?: string;
  };
  const type = error?.type ?? null;
  return {
    kind: 'response',
    status: (type === null ? undefined : STATUS_OF[type]) ?? 500,
    type,
    errorCode: error?.details?.error_code ?? null,
    maxSidePx: maxSideOf(error?.details),
    message: redact(error?.message ?? 'no reason given')
      .slice(0, 500)
      .toWellFormed(),
    retryAfter: null,
    requestId: requestId ?? null,
  };
}

function maxSideOf(details: unknown): number | null {
  const side = (details as { max_side_length_pixels?: unknown } | null | undefined)?.max_side_length_pixels;
  return typeof side === 'number' && side > 0 ? side : null;
}

const STATUS_OF: Record<string, number> = {
  invalid_request_error: 400,
  authentication_error: 401,
  billing_error: 402,
  permission_error: 403,
  not_found_error: 404,
  conflict_error: 409,
  request_too_large: 413,
  rate_limit_error: 429,
  api_error: 500,
  timeout_error: 504,
  overloaded_error: 529,
};

/** A call that was sent, and gave no answer: the other side may have done, and billed, the work. */
export function mayBeBilled(error: unknown): boolean {
  return errorFacts(error).kind !== 'response' && !UNSENT.test(messageOf(error));
}

/** No connection ever stood. */
const UNSENT = /\b(ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT)\b/;

function messageOf(error: unknown): string {
  if (error instanceof APIError && error.apiMessage !== null) return error.apiMessage;
  const { message, cause } = error as Error;
  const deeper = cause as { code?: unknown; message?: unknown; cause?: unknown } | undefined;
  const reason = deepest(deeper);
  return reason === '' ? message : `${message} (${reason})`;
}

/** Undici hides what happened two causes deep. */
function deepest(cause: { code?: unknown; message?: unknown; cause?: unknown } | undefined): string {
  if (cause === undefined) return '';
  const inner = deepest(cause.cause as typeof cause | undefined);
  if (inner !== '') return inner;
  return typeof cause.code === 'string' ? cause.code : typeof cause.message === 'string' ? cause.message : '';
}
