import {
  APIConnectionError,
  APIConnectionTimeoutError,
  APIError,
  APIUserAbortError,
} from '@anthropic-ai/sdk';
import { redact } from '../../redact.ts';

/** What is known of a call that gave no answer; what the error table decides by. */
export interface ErrorFacts {
  kind: 'timeout' | 'connection' | 'response';
  status: number | null;
  /** `error.type` of the body. */
  type: string | null;
  /** `error.details.error_code` of the body: stable, unlike the message. */
  errorCode: string | null;
  message: string;
  retryAfter: string | null;
  requestId: string | null;
}

/** The error that the SDK threw, as plain facts. An abort is none: the caller looks at its own signal first. */
export function errorFacts(error: unknown): ErrorFacts {
  const message = redact(messageOf(error)).slice(0, 500).toWellFormed();
  const none = { status: null, type: null, errorCode: null, retryAfter: null, requestId: null, message };
  if (error instanceof APIConnectionTimeoutError || error instanceof APIUserAbortError) {
    return { ...none, kind: 'timeout' };
  }
  // An answer that broke off, or was cut in the middle of its JSON, comes as an error that is not the SDK's.
  if (error instanceof APIConnectionError || !(error instanceof APIError))
    return { ...none, kind: 'connection' };
  const { status, type, errorCode, headers, requestID } = error as APIError<number, Headers>;
  return {
    kind: 'response',
    status,
    type,
    errorCode,
    message,
    retryAfter: headers.get('retry-after'),
    requestId: requestID ?? null,
  };
}

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
