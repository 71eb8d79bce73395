import { expect } from 'chai';
import fc from 'fast-check';
import type { Verdict } from '../../../src/domain/systematic-refusal.ts';
import { FIRST_ANALYSES, isSystematicRefusal, refusalShape } from '../../../src/domain/systematic-refusal.ts';

const refusals = (length: number, message: (n: number) => string, status = 400): Verdict[] =>
  Array.from({ length }, (_, n) => ({ name: `letter-${n}.txt`, status, message: message(n) }));

describe('a systematic refusal', () => {
  it('takes 20 refusals, never fewer', () => {
    fc.assert(
      fc.property(
        fc.nat({ max: 60 }),
        (length) => isSystematicRefusal(refusals(length, () => 'bad schema')) === length >= FIRST_ANALYSES,
      ),
    );
  });

  it('looks through names, numbers and request ids', () => {
    const message = (n: number) =>
      `\`http://h/a\` answered 400: letter-${n}.txt has ${n} tokens (request_id req_0${n}aB)`;
    expect(isSystematicRefusal(refusals(20, message))).to.equal(true);
    fc.assert(
      fc.property(
        fc.nat(),
        fc.nat(),
        (a, b) =>
          refusalShape({ name: '', status: 400, message: `id ${a} is bad` }) ===
          refusalShape({ name: '', status: 400, message: `id ${b} is bad` }),
      ),
    );
  });

  it('is none when one of the first 20 was refused for another reason, or answered otherwise', () => {
    fc.assert(
      fc.property(fc.nat({ max: 19 }), fc.constantFrom(null, 413, 422, 500), (at, status) => {
        const verdicts = refusals(30, () => 'bad schema');
        verdicts[at] = { ...verdicts[at]!, status };
        const other = refusals(30, (n) => (n === at ? 'too long' : 'bad schema'));
        return !isSystematicRefusal(verdicts) && !isSystematicRefusal(other);
      }),
    );
  });

  it('asks nothing of what came after the first 20', () => {
    expect(
      isSystematicRefusal([...refusals(20, () => 'bad schema'), ...refusals(1, () => 'other')]),
    ).to.equal(true);
  });
});
