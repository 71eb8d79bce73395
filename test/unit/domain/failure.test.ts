import { expect } from 'chai';
import { FailureClass, critical, permanent, transient } from '../../../src/domain/failure.ts';
import { describeFailureCode, failureCodes } from '../../../src/domain/failure-codes.ts';

describe('a document failure', () => {
  it('has the class that its maker is named after, and keeps its facts', () => {
    const cause = new Error('below');
    const options = { stage: 'analyze', retryAfterMs: 5, context: { status: 429 }, cause } as const;
    const failure = transient('rate_limited', 'slower', options);
    expect(failure).to.include({
      failureClass: 'transient',
      code: 'rate_limited',
      stage: 'analyze',
      retryAfterMs: 5,
      cause,
    });
    expect(failure.context).to.deep.equal({ status: 429 });
    expect(permanent('empty', 'no', { stage: 'read' }).failureClass).to.equal('permanent');
    expect(critical('source_gone', 'no', { stage: 'read' }).context).to.deep.equal({});
  });
});

describe('the failure codes', () => {
  it('each say what happened and what to do, in a sentence, with a known class', () => {
    for (const [name, { failureClass, meaning, suggestion, suggestionAnew }] of Object.entries(
      failureCodes,
    )) {
      expect(name).to.match(/^[a-z_]{1,100}$/);
      expect(Object.values(FailureClass), name).to.include(failureClass);
      expect(suggestionAnew, name).to.not.match(/then resume\.$/);
      for (const text of [meaning, suggestion, suggestionAnew])
        expect(text, name)
          .to.match(/^[A-Z].*[.;]?$/)
          .and.to.have.length.above(10);
    }
  });

  it('have a neutral text for the codes of analyzers that we do not know', () => {
    expect(describeFailureCode('gremlins').meaning).to.contain('gremlins');
    expect(describeFailureCode('toString').meaning).to.contain('toString');
  });
});
