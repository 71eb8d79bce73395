import type { FailureCodeName } from '../../domain/failure-codes.ts';
import type { FailureClass } from '../../domain/failure.ts';
import type { ErrorFacts } from './error-facts.ts';

export interface ErrorRule {
  /** Stable; the tests have one case per rule. */
  id: string;
  when(facts: ErrorFacts): boolean;
  failureClass: FailureClass;
  code: FailureCodeName;
}

const status = (...wanted: number[]) => {
  return (facts: ErrorFacts) => facts.status !== null && wanted.includes(facts.status);
};
const errorCode = (...wanted: string[]) => {
  return (facts: ErrorFacts) => facts.errorCode !== null && wanted.includes(facts.errorCode);
};

/**
 * Every error of the API, online and in results of batches; the first rule that fits decides. Codes and types before
 * messages, whose wording is not promised: they count only where the API gives nothing else.
 */
export const errorTable: readonly ErrorRule[] = [
  rule('timeout', ({ kind }) => kind === 'timeout', 'transient', 'analyzer_timeout'),
  rule('connection', ({ kind }) => kind === 'connection', 'transient', 'network'),
  rule('key', status(401), 'critical', 'analyzer_unauthorized'),
  rule('billing', status(402), 'critical', 'credit_exhausted'),
  rule(
    'linked organization',
    (facts) => facts.errorCode?.startsWith('linked_organization_') === true,
    'critical',
    'credit_exhausted',
  ),
  rule('permission', status(403), 'critical', 'analyzer_unauthorized'),
  rule(
    'organization',
    errorCode(
      'organization_on_hold',
      'claude_code_key_creator_not_member',
      'cmek_key_disabled',
      'cmek_key_network_blocked',
    ),
    'critical',
    'analyzer_unauthorized',
  ),
  rule('credit balance', badRequest(/^your credit balance is too low/i), 'critical', 'credit_exhausted'),
  rule(
    'own spend limit',
    badRequest(/^you have reached your specified (workspace )?api usage limits/i),
    'critical',
    'spend_limit',
  ),
  rule(
    'enforced spend limit',
    errorCode('enforced_spend_limit_reached', 'contract_spend_limit_reached'),
    'critical',
    'spend_limit',
  ),
  rule(
    'spend limit without a code',
    (facts) => facts.status === 429 && facts.retryAfter === null && /\bspend/i.test(facts.message),
    'critical',
    'spend_limit',
  ),
  rule('rate limit', status(429), 'transient', 'rate_limited'),
  rule(
    'model',
    (facts) => facts.status === 404 && /^model\b/i.test(facts.message),
    'critical',
    'model_not_found',
  ),
  rule('address', status(404), 'critical', 'analyzer_not_found'),
  rule('storage quota', errorCode('storage_quota_exceeded'), 'critical', 'analyzer_misconfigured'),
  rule('prompt too long', badRequest(/prompt is too long/i), 'permanent', 'context_exceeded'),
  rule('image dimensions', errorCode('image_dimensions_too_large'), 'permanent', 'image_too_large'),
  rule('request too large', status(413), 'permanent', 'too_large'),
  rule(
    'too large when decoded',
    errorCode('request_body_too_large_after_decoding'),
    'permanent',
    'too_large',
  ),
  rule('compaction', errorCode('compaction_unavailable'), 'transient', 'analyzer_unavailable'),
  rule('bad request', status(400), 'permanent', 'analyzer_rejected'),
  rule('overloaded', status(529), 'transient', 'overloaded'),
  rule(
    'server',
    (facts) => facts.status !== null && (facts.status >= 500 || facts.status === 408 || facts.status === 409),
    'transient',
    'analyzer_unavailable',
  ),
  rule('any other', () => true, 'permanent', 'analyzer_rejected'),
];

function rule(
  id: string,
  when: ErrorRule['when'],
  failureClass: FailureClass,
  code: FailureCodeName,
): ErrorRule {
  return { id, when, failureClass, code };
}

function badRequest(message: RegExp): ErrorRule['when'] {
  return (facts) => facts.status === 400 && message.test(facts.message);
}
