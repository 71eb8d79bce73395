import { expect } from 'chai';
import { knownExtras, knownFiles } from '../../support/known-files.ts';
import { knownTexts, landmarksOf, wordsOf } from '../../support/known-texts.ts';
import { coverage, isInOrder } from '../../support/overlap.ts';
import { markdownOf } from './extract.ts';

describe('a known text', () => {
  for (const [ending, write] of Object.entries(knownFiles)) {
    it(`is read whole and in order from .${ending}`, async () => {
      for (const text of knownTexts) {
        const found = await markdownOf(`known.${ending}`, await write(text));
        const all = `${wordsOf(text)} ${text.title} ${knownExtras[ending] ?? ''}`;
        expect(coverage(wordsOf(text), found), `recall, ${text.language}`).to.be.at.least(0.97);
        expect(coverage(found, all), `precision, ${text.language}`).to.be.at.least(0.95);
        expect(isInOrder(landmarksOf(text), found), `order, ${text.language}`).to.equal(true);
      }
    });
  }
});
