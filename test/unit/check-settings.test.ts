import { expect } from 'chai';
import { checkSettings } from '../../src/check-settings.ts';

describe('the settings that a program asks for', () => {
  const check = (settings: object) => checkSettings(settings, '/home/me');

  it('are taken as they are, without what is undefined', () => {
    const settings = { parallel: 10, maxFailures: { percent: 5 }, timeoutMs: undefined };
    expect(check(settings)).to.deep.equal({ parallel: 10, maxFailures: { percent: 5 } });
  });

  it('name folders from where the program stands', () => {
    expect(check({ outDir: 'answers' })).to.deep.equal({ outDir: '/home/me/answers', outBase: '/home/me' });
  });

  it('are refused with the key and the value when they are wrong', () => {
    expect(() => check({ parallel: 0 })).to.throw('`parallel` is 0');
    expect(() => check({ maxFailures: 5 })).to.throw('`maxFailures` is 5: Expected { count } or { percent }');
    expect(() => check({ paralel: 5 })).to.throw('unknown option `paralel`');
  });
});
