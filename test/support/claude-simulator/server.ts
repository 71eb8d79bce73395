import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createBatchStore } from './batches.ts';
import { completeSomewhere } from './complete-somewhere.ts';
import type { Endpoint, Fault } from './faults.ts';
import { createFaultBook } from './faults.ts';
import type { Ledger, LedgerEntry } from './ledger.ts';
import { createLedger } from './ledger.ts';
import { createLimiter } from './limits.ts';
import { modelInfo, models } from './models.ts';
import { createPromptCache } from './prompt-cache.ts';
import { randomFrom, requestKey, sha256, userText } from './request.ts';
import { ApiFault, errorBody, invalid, sendJson } from './respond.ts';
import type { SimulatorSettings } from './settings.ts';
import { defaultSimulatorSettings } from './settings.ts';
import { countInput } from './tokens.ts';
import { validateRequest } from './validate.ts';

export interface ClaudeSimulator {
  /** For `ANTHROPIC_BASE_URL`. */
  url: string;
  ledger: Ledger;
  /** Changes settings; what is left out stays. */
  set(changes: Partial<SimulatorSettings>): void;
  close(): Promise<void>;
}

const MAX_BODY_BYTES = 32 * 1024 * 1024;

/** The documented API on loopback: messages, count_tokens, models, batches; and `/_sim/ledger`, `/_sim/totals`, `/_sim/settings`, `/_sim/clear`. */
export async function startClaudeSimulator(
  changes: Partial<SimulatorSettings> = {},
  port = 0,
): Promise<ClaudeSimulator> {
  let settings: SimulatorSettings = { ...defaultSimulatorSettings, ...changes };
  let origin = '';
  const ledger = createLedger();
  const cache = createPromptCache();
  const limiter = createLimiter(() => settings.limits);
  const faults = createFaultBook(() => settings.faults);
  const tries = new Map<string, number>();
  const batches = createBatchStore({
    settings: () => settings,
    ledger,
    cache,
    faults,
    tries,
    origin: () => origin,
  });
  const set = (next: Partial<SimulatorSettings>) => (settings = { ...settings, ...next });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://simulator');
    const method = request.method ?? 'GET';
    if (pathname.startsWith('/_sim/')) {
      await control(pathname, request, response);
      return;
    }
    const requestId = `req_${randomUUID().replaceAll('-', '')}`;
    const entry = ledger.open({ requestId, endpoint: endpointOf(pathname), target: `${method} ${pathname}` });
    response.on('close', () => ledger.close(entry, response.writableEnded ? response.statusCode : null));
    const always = { 'request-id': requestId, 'anthropic-organization-id': 'org_simulator' };
    try {
      const body = await read(
        request,
        pathname === '/v1/messages/batches' ? settings.batches.maxBytes : MAX_BODY_BYTES,
      );
      authenticate(request, settings.keys);
      await route({ method, pathname, searchParams, body, response, entry, always });
    } catch (error) {
      const fault = error instanceof ApiFault ? error : new ApiFault(500, 'api_error', String(error));
      sendJson(response, fault.status, errorBody(fault, requestId), { ...always, ...fault.headers });
    }
  }

  interface Call {
    method: string;
    pathname: string;
    searchParams: URLSearchParams;
    body: string;
    response: ServerResponse;
    entry: LedgerEntry;
    always: Record<string, string>;
  }

  async function route(call: Call): Promise<void> {
    const { method, pathname, searchParams, body, response, entry, always } = call;
    const model = /^\/v1\/models(?:\/([^/]+))?$/.exec(pathname);
    const batch = /^\/v1\/messages\/batches(?:\/([^/]+)(?:\/(cancel|results))?)?$/.exec(pathname);
    if (method === 'POST' && pathname === '/v1/messages') await messages(call);
    else if (method === 'POST' && pathname === '/v1/messages/count_tokens') {
      const request = validateRequest(parse(body), { isCounted: true, maxSidePx: settings.maxSidePx });
      if (await misbehave(call, 'count_tokens', userText(request))) return;
      sendJson(response, 200, { input_tokens: countInput(request) }, always);
    } else if (method === 'GET' && model !== null) {
      if (await misbehave(call, 'models', pathname)) return;
      const found =
        model[1] === undefined
          ? { data: Object.keys(models).map(modelInfo), has_more: false }
          : modelInfo(model[1]);
      if (found === undefined) throw new ApiFault(404, 'not_found_error', `model: ${model[1]}`);
      sendJson(response, 200, found, always);
    } else if (batch !== null) {
      const [, id, action] = batch;
      const fault = nextFault('batches', `${method} ${pathname}`, entry);
      const isLate = fault?.kind === 'slow' && method === 'POST' && id === undefined;
      if (fault !== null && fault.kind !== 'lost' && !isLate) await hinder(call, fault);
      if (fault?.kind === 'timeout' || fault?.kind === 'reset') return;
      if (method === 'GET' && id !== undefined && action === 'results') {
        const lines = batches.results(id);
        response.writeHead(200, { ...always, 'content-type': 'application/binary' });
        // No faster than they are read: hundreds of MB would wait in memory.
        await pipeline(Readable.from(inBlocks(lines)), response);
        return;
      }
      const answered =
        method === 'POST' && id === undefined
          ? batches.create(parse(body), Buffer.byteLength(body))
          : method === 'POST' && id !== undefined && action === 'cancel'
            ? batches.cancel(id)
            : method === 'DELETE' && id !== undefined
              ? batches.remove(id)
              : method === 'GET' && id !== undefined
                ? batches.retrieve(id)
                : method === 'GET'
                  ? batches.list(searchParams)
                  : undefined;
      if (answered === undefined) throw new ApiFault(405, 'invalid_request_error', 'Method not allowed');
      // The batch is made; its answer comes late.
      if (isLate) await sleep(fault.delayMs);
      if (fault?.kind === 'lost') response.destroy();
      else sendJson(response, 200, answered, always);
    } else throw new ApiFault(404, 'not_found_error', 'Not found');
  }

  async function messages(call: Call): Promise<void> {
    const { response, entry, always, body } = call;
    const request = validateRequest(parse(body), { maxSidePx: settings.maxSidePx });
    const key = requestKey(request);
    const nth = (tries.get(key) ?? 0) + 1;
    tries.set(key, nth);
    entry.key = key;
    const fault = faults.next('messages', { text: userText(request), key, nth });
    entry.fault = fault?.kind ?? null;
    limiter.admit(countInput(request));
    await sleep(settings.latencyMs + settings.latencySpreadMs * randomFrom(`${key}/latency`)());
    if (fault !== null && (await hinder(call, fault))) return;
    // A caller that is gone is billed all the same: the model has worked.
    const message = completeSomewhere(request, entry, { settings, cache, fault, isBatch: false });
    limiter.spendOutput(entry.tokens!.output);
    if (fault?.kind === 'lost') response.destroy();
    else if (fault?.kind === 'reset') await breakOff(response, message, always);
    else sendJson(response, 200, message, { ...always, ...limiter.headers() });
  }

  /** Applies a fault that has nothing to do with an answer's content; true when the call has ended by it. */
  async function misbehave(call: Call, endpoint: Endpoint, text: string): Promise<boolean> {
    const fault = nextFault(endpoint, text, call.entry);
    return fault !== null && (await hinder(call, fault));
  }

  function nextFault(endpoint: Endpoint, text: string, entry: LedgerEntry): Fault | null {
    const key = sha256(text);
    const nth = (tries.get(`${endpoint}/${key}`) ?? 0) + 1;
    tries.set(`${endpoint}/${key}`, nth);
    const fault = faults.next(endpoint, { text, key, nth });
    entry.fault = fault?.kind ?? null;
    return fault;
  }

  async function hinder({ response }: Call, fault: Fault): Promise<boolean> {
    switch (fault.kind) {
      case 'status':
        throw new ApiFault(fault.status, fault.type, fault.message ?? fault.type, {
          details: fault.details,
          headers: fault.headers ?? {},
        });
      case 'timeout':
        // The caller gives up; `close` ends the entry.
        return true;
      case 'slow':
        await sleep(fault.delayMs);
        return response.destroyed;
      default:
        return false;
    }
  }

  async function control(
    pathname: string,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const body = await read(request, MAX_BODY_BYTES);
    if (pathname === '/_sim/settings')
      sendJson(response, 200, body === '' ? settings : set(JSON.parse(body)));
    else if (pathname === '/_sim/ledger')
      sendJson(response, 200, { totals: ledger.totals(), entries: ledger.entries });
    // Of a ledger that is too long to be sent.
    else if (pathname === '/_sim/totals') sendJson(response, 200, ledger.totals());
    else if (pathname === '/_sim/clear') {
      ledger.clear();
      sendJson(response, 200, {});
    } else sendJson(response, 404, {});
  }

  const server = createServer((request, response) => {
    response.on('error', () => undefined);
    answer(request, response).catch(() => response.destroy());
  });
  server.keepAliveTimeout = 60_000;
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    url: origin,
    ledger,
    set: (next) => void set(next),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function endpointOf(pathname: string): string {
  if (pathname === '/v1/messages') return 'messages';
  if (pathname === '/v1/messages/count_tokens') return 'count_tokens';
  return pathname.startsWith('/v1/messages/batches') ? 'batches' : 'models';
}

function authenticate({ headers }: IncomingMessage, keys: readonly string[]): void {
  if (headers['anthropic-version'] === undefined) throw invalid('anthropic-version: header is required');
  const bearer = /^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1];
  const key = bearer ?? (headers['x-api-key'] as string | undefined);
  if (key === undefined || (keys.length > 0 && !keys.includes(key))) {
    throw new ApiFault(401, 'authentication_error', 'invalid x-api-key');
  }
}

async function read(request: IncomingMessage, maxBytes: number): Promise<string> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    size += piece.length;
    if (size <= maxBytes) pieces.push(piece);
  }
  if (size > maxBytes) throw new ApiFault(413, 'request_too_large', 'Request exceeds the maximum size');
  return Buffer.concat(pieces).toString('utf8');
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw invalid('The request body is not valid JSON');
  }
}

function* inBlocks(lines: readonly string[]): Generator<string> {
  for (let from = 0; from < lines.length; from += 100) {
    yield lines
      .slice(from, from + 100)
      .map((line) => `${line}\n`)
      .join('');
  }
}

async function breakOff(
  response: ServerResponse,
  body: unknown,
  headers: Record<string, string>,
): Promise<void> {
  const text = JSON.stringify(body);
  response.writeHead(200, {
    ...headers,
    'content-type': 'application/json',
    'content-length': String(text.length),
  });
  await new Promise((resolve) => response.write(text.slice(0, text.length / 2), resolve));
  response.destroy();
}

function sleep(ms: number): Promise<void> {
  return ms <= 0 ? Promise.resolve() : new Promise((resolve) => setTimeout(resolve, ms));
}
