import { expect } from 'chai';
import { thinkingOf, withThinking } from '../../../../src/analyze/claude/thinking.ts';

describe('thinking', () => {
  const of = (model: string, effort: 'low' | 'max' | null = null) => thinkingOf({ model, effort });

  it('is off where it can be, in the way that the model takes, as long as no effort is asked for', () => {
    expect(of('claude-haiku-5-5')).to.deep.equal({ asked: { thinking: { type: 'disabled' } }, maxTokens: 0 });
    expect(of('claude-haiku-5-5-20261007').asked).to.deep.equal({ thinking: { type: 'disabled' } });
    expect(of('claude-sonnet-5-5').asked).to.deep.equal({ thinking: { type: 'between_tools' } });
  });

  it('gets tokens of its own where it is on: the answer keeps those of the profile', () => {
    for (const thinking of [of('claude-opus-5-5'), of('claude-fable-5-1'), of('claude-haiku-5-5', 'max')]) {
      expect(thinking.asked).to.deep.equal({});
      expect(thinking.maxTokens).to.be.at.least(4_000);
    }
    expect(withThinking(2_000, of('claude-opus-5-5'))).to.equal(6_000);
    expect(withThinking(128_000, of('claude-opus-5-5'))).to.equal(128_000);
  });

  it('is nothing that older models do by themselves', () => {
    for (const model of [
      'claude-haiku-4-5',
      'claude-opus-4-8',
      'claude-sonnet-4-6',
      'somebody-elses-model',
    ]) {
      expect(of(model)).to.deep.equal({ asked: {}, maxTokens: 0 });
    }
  });
});
