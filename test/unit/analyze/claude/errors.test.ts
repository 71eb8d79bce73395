import Anthropic from '@anthropic-ai/sdk';
import { expect } from 'chai';
import { errorFacts } from '../../../../src/analyze/claude/error-facts.ts';
import { resultFailure } from '../../../../src/analyze/claude/failure.ts';
import { errorTable } from '../../../../src/analyze/claude/error-table.ts';
import { retryAfterMs } from '../../../../src/analyze/retry-after.ts';
import type { Json } from '../../../../src/domain/analyzer.ts';
import type { FailureClass } from '../../../../src/domain/failure.ts';
import type { Fault } from '../../../support/claude-simulator/faults.ts';
import type { ClaudeSimulator } from '../../../support/claude-simulator/server.ts';
import { startClaudeSimulator } from '../../../support/claude-simulator/server.ts';
import { failureOf, never } from '../support.ts';
import { claudeAt, meteredDocument } from './support.ts';

interface Case {
  /** Of the rule in the error table. */
  rule: string;
  fault: Fault;
  /** Others that the same line decides. */
  also?: Fault[];
  failureClass: FailureClass;
  code: string;
  retryAfterMs?: number;
  timeoutMs?: number;
}

const answer = (
  status: number,
  type: string,
  more: { message?: string; errorCode?: string; retryAfter?: string } = {},
): Fault => ({
  kind: 'status',
  status,
  type,
  ...(more.message === undefined ? {} : { message: more.message }),
  ...(more.errorCode === undefined ? {} : { details: { error_code: more.errorCode } }),
  ...(more.retryAfter === undefined ? {} : { headers: { 'retry-after': more.retryAfter } }),
});

// Written out once more, so that a line of the table that is switched to another class fails exactly its test.
const cases: Case[] = [
  {
    rule: 'timeout',
    fault: { kind: 'timeout' },
    failureClass: 'transient',
    code: 'analyzer_timeout',
    timeoutMs: 150,
  },
  {
    rule: 'connection',
    fault: { kind: 'lost' },
    also: [{ kind: 'reset' }],
    failureClass: 'transient',
    code: 'network',
  },
  {
    rule: 'key',
    fault: answer(401, 'authentication_error'),
    failureClass: 'critical',
    code: 'analyzer_unauthorized',
  },
  {
    rule: 'billing',
    fault: answer(402, 'billing_error'),
    failureClass: 'critical',
    code: 'credit_exhausted',
  },
  {
    rule: 'linked organization',
    fault: answer(400, 'invalid_request_error', { errorCode: 'linked_organization_suspended' }),
    failureClass: 'critical',
    code: 'credit_exhausted',
  },
  {
    rule: 'permission',
    fault: answer(403, 'permission_error'),
    failureClass: 'critical',
    code: 'analyzer_unauthorized',
  },
  {
    rule: 'organization',
    fault: answer(400, 'invalid_request_error', { errorCode: 'organization_on_hold' }),
    failureClass: 'critical',
    code: 'analyzer_unauthorized',
  },
  {
    rule: 'credit balance',
    fault: answer(400, 'invalid_request_error', {
      message: 'Your credit balance is too low to access the Anthropic API. Please go to Plans & Billing.',
    }),
    failureClass: 'critical',
    code: 'credit_exhausted',
  },
  {
    rule: 'own spend limit',
    fault: answer(400, 'invalid_request_error', {
      message:
        'You have reached your specified workspace API usage limits. You will regain access on 2026-12-01.',
    }),
    failureClass: 'critical',
    code: 'spend_limit',
  },
  {
    rule: 'enforced spend limit',
    fault: answer(429, 'rate_limit_error', { errorCode: 'enforced_spend_limit_reached' }),
    failureClass: 'critical',
    code: 'spend_limit',
  },
  {
    rule: 'spend limit without a code',
    fault: answer(429, 'rate_limit_error', { message: 'Your organization has hit its monthly spend limit' }),
    failureClass: 'critical',
    code: 'spend_limit',
  },
  {
    rule: 'rate limit',
    fault: answer(429, 'rate_limit_error', { message: 'Too many tokens', retryAfter: '7' }),
    failureClass: 'transient',
    code: 'rate_limited',
    retryAfterMs: 7_000,
  },
  {
    rule: 'model',
    fault: answer(404, 'not_found_error', { message: 'model: claude-none' }),
    failureClass: 'critical',
    code: 'model_not_found',
  },
  {
    rule: 'address',
    fault: answer(404, 'not_found_error'),
    failureClass: 'critical',
    code: 'analyzer_not_found',
  },
  {
    rule: 'storage quota',
    fault: answer(400, 'invalid_request_error', { errorCode: 'storage_quota_exceeded' }),
    failureClass: 'critical',
    code: 'analyzer_misconfigured',
  },
  {
    rule: 'prompt too long',
    fault: answer(400, 'invalid_request_error', {
      message: 'prompt is too long: 1200000 tokens > 1000000 maximum',
    }),
    failureClass: 'permanent',
    code: 'context_exceeded',
  },
  {
    rule: 'image dimensions',
    fault: answer(400, 'invalid_request_error', {
      errorCode: 'image_dimensions_too_large',
    }),
    failureClass: 'permanent',
    code: 'image_too_large',
  },
  {
    rule: 'request too large',
    fault: answer(413, 'request_too_large'),
    failureClass: 'permanent',
    code: 'too_large',
  },
  {
    rule: 'too large when decoded',
    fault: answer(400, 'invalid_request_error', { errorCode: 'request_body_too_large_after_decoding' }),
    failureClass: 'permanent',
    code: 'too_large',
  },
  {
    rule: 'compaction',
    fault: answer(400, 'invalid_request_error', { errorCode: 'compaction_unavailable' }),
    failureClass: 'transient',
    code: 'analyzer_unavailable',
  },
  {
    rule: 'bad request',
    fault: answer(400, 'invalid_request_error'),
    failureClass: 'permanent',
    code: 'analyzer_rejected',
  },
  {
    rule: 'overloaded',
    fault: answer(529, 'overloaded_error'),
    failureClass: 'transient',
    code: 'overloaded',
  },
  {
    rule: 'server',
    fault: answer(500, 'api_error'),
    also: [408, 409, 502, 503, 504].map((status) => answer(status, 'api_error')),
    failureClass: 'transient',
    code: 'analyzer_unavailable',
  },
  {
    rule: 'any other',
    fault: answer(422, 'invalid_request_error'),
    failureClass: 'permanent',
    code: 'analyzer_rejected',
  },
];

/** A status of its own under a type that has another, and a missing header: neither can be told from a body. */
const notInResults = new Set(['any other']);

describe('the error table of Claude', () => {
  let simulator: ClaudeSimulator;
  before(async () => (simulator = await startClaudeSimulator()));
  after(() => simulator.close());

  for (const { rule, fault, also = [], failureClass, code, retryAfterMs, timeoutMs } of cases) {
    it(`makes of "${rule}" a ${failureClass} ${code}`, async () => {
      for (const one of [fault, ...also]) {
        simulator.set({ faults: [{ fault: one }] });
        const { document } = meteredDocument(`About ${rule}.`);
        const limited = { ...document, ...(timeoutMs === undefined ? {} : { timeoutMs }) };
        const failure = await failureOf(claudeAt(simulator.url).analyze(limited, never));
        const { failureClass: itsClass, context } = failure;
        expect([itsClass, failure.code, context.rule]).to.deep.equal([failureClass, code, rule]);
        expect(failure.retryAfterMs).to.equal(retryAfterMs);
        expect(context).to.include({ calls: 1, callsOk: 0 });
        if (one.kind === 'status') expect(context.requestId).to.match(/^req_/);
      }
    });
  }

  // Of an answer inside a provider batch only the body comes: no status, no headers, and nothing that cuts a connection.
  for (const { rule, fault, failureClass, code } of cases) {
    if (fault.kind !== 'status' || notInResults.has(rule)) continue;
    it(`makes of "${rule}" in a result of a provider batch a ${failureClass} ${code}`, () => {
      const { type, message = type, details } = fault;
      const error = { type: 'error', error: { type, message, details }, request_id: 'req_1' } as Json;
      const failure = resultFailure({ type: 'errored', error }, { calls: 1, callsOk: 0 });
      const { context } = failure;
      expect([failure.failureClass, failure.code]).to.deep.equal([failureClass, code]);
      expect(context).to.include({ rule, requestId: 'req_1', calls: 1, callsOk: 0 });
    });
  }

  it('has a case for every line, in order', () => {
    expect(cases.map(({ rule }) => rule)).to.deep.equal(errorTable.map(({ id }) => id));
  });

  it('reads `retry-after` in seconds, in milliseconds, and as a date', () => {
    const nowMs = Date.now();
    const waitOf = (name: string, value: string) => {
      const error = Anthropic.APIError.generate(429, {}, 'limited', new Headers({ [name]: value }));
      return retryAfterMs(errorFacts(error).retryAfter ?? undefined, nowMs);
    };
    expect(['2', '1.5', 'soon'].map((value) => waitOf('retry-after', value))).to.deep.equal([
      ...[2_000, 1_500, undefined],
    ]);
    expect(waitOf('retry-after-ms', '2500')).to.equal(2_500);
    expect(waitOf('retry-after', new Date(nowMs + 9_000).toUTCString())).to.be.within(7_000, 9_000);
  });

  it('takes an abort for no failure', async () => {
    simulator.set({ faults: [{ fault: { kind: 'timeout' } }] });
    const abort = new AbortController();
    const running = claudeAt(simulator.url).analyze(meteredDocument('Aborted.').document, abort.signal);
    setTimeout(() => abort.abort(new Error('stopped')), 50);
    const error = await running.then(
      () => null,
      (reason: unknown) => reason as Error,
    );
    expect(error?.message).to.equal('stopped');
  });

  it('never repeats the key, whatever the answer says', async () => {
    const message = 'invalid key sk-ant-secret-key given';
    simulator.set({ faults: [{ fault: answer(401, 'authentication_error', { message }) }] });
    const failure = await failureOf(
      claudeAt(simulator.url).analyze(meteredDocument('Secret.').document, never),
    );
    expect(JSON.stringify([failure.message, failure.context])).to.not.include('secret-key');
  });
});
