import type { ServerResponse } from 'node:http';

/** An answer of the API that is no success; the shape of its body is documented. */
export class ApiFault extends Error {
  override readonly name = 'ApiFault';
  readonly status: number;
  readonly type: string;
  readonly details: Record<string, unknown> | undefined;
  readonly headers: Record<string, string>;

  constructor(
    status: number,
    type: string,
    message: string,
    options: { details?: Record<string, unknown> | undefined; headers?: Record<string, string> } = {},
  ) {
    super(message);
    this.status = status;
    this.type = type;
    this.details = options.details;
    this.headers = options.headers ?? {};
  }
}

export function invalid(message: string, details?: Record<string, unknown>): ApiFault {
  return new ApiFault(400, 'invalid_request_error', message, { details });
}

export function errorBody(fault: ApiFault, requestId: string): Record<string, unknown> {
  const error = {
    type: fault.type,
    message: fault.message,
    ...(fault.details === undefined ? {} : { details: fault.details }),
  };
  return { type: 'error', error, request_id: requestId };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(Buffer.byteLength(text)),
    ...headers,
  });
  response.end(text);
}
