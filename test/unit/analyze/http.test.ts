import { expect } from 'chai';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createHttpAnalyzer } from '../../../src/analyze/http.ts';
import { documentOf, eventually, failureOf, never } from './support.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

describe('the http analyzer', () => {
  let server: Server;
  let origin: string;
  let handle: Handler;
  before(async () => {
    server = createServer((request, response) => handle(request, response));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  after(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const replying =
    (status: number, body: unknown = {}, headers: Record<string, string> = {}): Handler =>
    (_request, response) =>
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
  const failing = (path = '/', changes = {}) =>
    failureOf(createHttpAnalyzer(`${origin}${path}`).analyze(documentOf(changes), never));

  it('posts the document with its headers and takes a 2xx JSON body as the answer', async () => {
    let headers: IncomingMessage['headers'] = {};
    handle = (request, response) => {
      headers = request.headers;
      const pieces: Buffer[] = [];
      request.on('data', (piece: Buffer) => pieces.push(piece));
      request.on('end', () => response.writeHead(201).end(Buffer.concat(pieces)));
    };
    const { answer, calls, callsOk } = await createHttpAnalyzer(`${origin}/x`).analyze(
      documentOf({ attempt: 3 }),
      never,
    );
    expect(answer).to.have.nested.property('document.attempt', 3);
    expect(answer).to.have.property('text', 'Hello world');
    expect([calls, callsOk]).to.deep.equal([1, 1]);
    expect(headers).to.include({
      'content-type': 'application/json',
      'x-docbatch-document': '00000000-0000-4000-8000-000000000001',
      'x-docbatch-batch': '00000000-0000-4000-8000-00000000000b',
      'x-docbatch-attempt': '3',
    });
  });

  const statuses: [number, string, string][] = [
    [302, 'critical', 'analyzer_misconfigured'],
    [400, 'permanent', 'analyzer_rejected'],
    [401, 'critical', 'analyzer_unauthorized'],
    [402, 'critical', 'analyzer_unauthorized'],
    [403, 'critical', 'analyzer_unauthorized'],
    [404, 'permanent', 'analyzer_rejected'],
    [408, 'transient', 'analyzer_unavailable'],
    [409, 'transient', 'analyzer_unavailable'],
    [413, 'permanent', 'analyzer_rejected'],
    [418, 'permanent', 'analyzer_rejected'],
    [422, 'permanent', 'analyzer_rejected'],
    [425, 'transient', 'analyzer_unavailable'],
    [429, 'transient', 'rate_limited'],
    [500, 'transient', 'analyzer_unavailable'],
    [503, 'transient', 'analyzer_unavailable'],
    [529, 'transient', 'analyzer_unavailable'],
  ];
  for (const [status, failureClass, code] of statuses) {
    it(`turns ${status} into ${failureClass} ${code} and counts the call`, async () => {
      handle = replying(status, { error: { message: 'because' } });
      const failure = await failing();
      expect([failure.failureClass, failure.code]).to.deep.equal([failureClass, code]);
      expect(failure.context).to.deep.equal({ calls: 1, callsOk: 0, status });
      expect(failure.message).to.contain(`answered ${status}: because`);
    });
  }

  it('waits as long as retry-after says', async () => {
    handle = replying(429, {}, { 'retry-after': '7' });
    expect((await failing()).retryAfterMs).to.equal(7_000);
    handle = replying(503, {});
    expect((await failing()).retryAfterMs).to.equal(undefined);
  });

  it('names answers that are not JSON, and empty ones', async () => {
    handle = replying(200, 'Hello', { 'content-type': 'text/html' });
    const failure = await failing();
    expect([failure.failureClass, failure.code]).to.deep.equal(['permanent', 'invalid_answer']);
    expect(failure.context).to.include({ calls: 1, callsOk: 1 });
    handle = (_request, response) => response.writeHead(204).end();
    expect((await failing()).message).to.contain('got nothing');
  });

  it('turns a refused, reset or half answered connection into transient network', async () => {
    const gone = createHttpAnalyzer('http://127.0.0.1:1/');
    const refused = await failureOf(gone.analyze(documentOf(), never));
    handle = (request) => request.socket.destroy();
    const reset = await failing();
    handle = (request, response) => {
      response.writeHead(200, { 'content-length': '100' }).write('{"a":');
      setImmediate(() => request.socket.destroy());
    };
    const half = await failing();
    for (const failure of [refused, reset, half]) {
      expect([failure.failureClass, failure.code]).to.deep.equal(['transient', 'network']);
      expect(failure.context).to.include({ calls: 1, callsOk: 0 });
    }
  });

  it('times out before and within the answer', async () => {
    handle = () => undefined;
    const silent = await failing('/', { timeoutMs: 50 });
    handle = (_request, response) => void response.writeHead(200).write('{');
    const slow = await failing('/', { timeoutMs: 50 });
    for (const failure of [silent, slow]) {
      expect([failure.failureClass, failure.code]).to.deep.equal(['transient', 'analyzer_timeout']);
      expect(failure.message).to.contain('within 50 ms');
    }
  });

  it('rejects with the reason of an abort and closes the connection', async () => {
    let isClosed = false;
    let isIn = false;
    handle = (request) => {
      isIn = true;
      request.socket.once('close', () => (isClosed = true));
    };
    const abort = new AbortController();
    const reason = createHttpAnalyzer(origin)
      .analyze(documentOf(), abort.signal)
      .catch((error: unknown) => error);
    await eventually(() => isIn);
    abort.abort(new Error('paused'));
    expect(await reason).to.have.property('message', 'paused');
    await eventually(() => isClosed);
  });

  it('keeps 200 calls in flight at once, over connections that it uses again', async () => {
    const waiting: ServerResponse[] = [];
    const sockets = new Set<unknown>();
    handle = (request, response) => {
      sockets.add(request.socket);
      waiting.push(response);
      if (waiting.length === 200) for (const each of waiting.splice(0)) each.end('{}');
    };
    const analyzer = createHttpAnalyzer(origin);
    for (let round = 0; round < 3; round++) {
      await Promise.all(Array.from({ length: 200 }, () => analyzer.analyze(documentOf(), never)));
    }
    expect(sockets.size).to.equal(200);
  });

  it('sends credentials of the address as a header and never shows them', async () => {
    let authorization: string | undefined;
    handle = (request, response) => {
      authorization = request.headers.authorization;
      response.writeHead(500).end();
    };
    const analyzer = createHttpAnalyzer(`${origin.replace('//', '//me:s3%40cret@')}/x?key=hidden`);
    const { message } = await failureOf(analyzer.analyze(documentOf(), never));
    expect(authorization).to.equal(`Basic ${Buffer.from('me:s3@cret').toString('base64')}`);
    expect(`${message} ${analyzer.provider} ${analyzer.cacheKey()}`).to.not.match(/s3|hidden/);
    expect(analyzer.provider).to.equal(origin);
  });

  describe('in its preflight', () => {
    const preflight = () => createHttpAnalyzer(origin).preflight(never);

    it('asks with OPTIONS and makes no call when that is answered', async () => {
      const methods: (string | undefined)[] = [];
      handle = (request, response) => {
        methods.push(request.method);
        response.writeHead(204).end();
      };
      await preflight();
      expect(methods).to.deep.equal(['OPTIONS']);
    });

    it('lets a service pass that refuses OPTIONS and takes POST', async () => {
      handle = (request, response) => response.writeHead(request.method === 'POST' ? 422 : 404).end();
      await preflight();
    });

    for (const [status, code] of [
      [401, 'analyzer_unauthorized'],
      [404, 'analyzer_not_found'],
      [405, 'analyzer_not_found'],
      [410, 'analyzer_not_found'],
    ] as const) {
      it(`turns ${status} into critical ${code}`, async () => {
        handle = replying(status);
        const failure = await failureOf(preflight());
        expect([failure.failureClass, failure.code]).to.deep.equal(['critical', code]);
      });
    }

    it('leaves a service that is down for now to the gate', async () => {
      handle = replying(503);
      await preflight();
      await createHttpAnalyzer('http://127.0.0.1:1/').preflight(never);
    });

    it('says so when the address does not speak HTTP as asked', async () => {
      handle = replying(200);
      const failure = await failureOf(createHttpAnalyzer(origin.replace('http:', 'https:')).preflight(never));
      expect([failure.failureClass, failure.code]).to.deep.equal(['critical', 'analyzer_misconfigured']);
    });
  });
});
