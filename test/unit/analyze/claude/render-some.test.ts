import { expect } from 'chai';
import { renderSome } from '../../../../src/analyze/claude/render-some.ts';
import type { ExtractionPart } from '../../../../src/domain/extraction.ts';
import { permanent, transient } from '../../../../src/domain/failure.ts';
import type { PictureOrder } from '../../../../src/domain/pictures.ts';

const corrupt = permanent('corrupt', 'The image cannot be decoded (no).', { stage: 'extract' });

function partsOf(...kinds: ('text' | 'scan' | 'image')[]): ExtractionPart[] {
  return kinds.map((kind, index) => ({
    ...{ index: index + 1, label: String(index + 1), start: 0, end: kind === 'scan' ? 0 : 5 },
    kind: kind === 'image' ? 'image' : 'page',
    ...(kind === 'text' ? {} : { isPicture: true }),
  }));
}

const orderOf = (...pages: number[]): PictureOrder => ({
  ...{ contentSha256: 'a', as: 'jpeg', maxPdfBytes: 1 },
  pages: pages.map((page) => ({ page, widthPx: 1, heightPx: 1, scale: 1 })),
});

/** Draws pages but those that are broken. */
function rendering(parts: ExtractionPart[], broken: readonly number[]) {
  return renderSome({
    extraction: { parts } as never,
    render: ({ pages }) => {
      const drawn = pages.filter(({ page }) => !broken.includes(page));
      if (drawn.length === 0) return Promise.reject(corrupt);
      const pictures = drawn.map(({ page }) => ({ page, bytes: Buffer.of(), widthPx: 1, heightPx: 1 }));
      return Promise.resolve({ pictures });
    },
  });
}

describe('pages that cannot be drawn', () => {
  it('are left out, and named', async () => {
    const { render, undrawn } = rendering(partsOf('scan', 'scan', 'text'), [2]);
    expect(await render(orderOf(1, 2)))
      .to.have.property('pictures')
      .with.length(1);
    expect(undrawn()).to.deep.equal([2]);
  });

  it('do not lose the text beside them', async () => {
    const { render, undrawn } = rendering(partsOf('scan', 'text'), [1]);
    expect(await render(orderOf(1))).to.deep.equal({ pictures: [] });
    expect(undrawn()).to.deep.equal([1]);
  });

  it('fail the document when there is nothing else', async () => {
    for (const parts of [partsOf('scan'), partsOf('image')]) {
      const failure: unknown = await Promise.resolve(rendering(parts, [1]).render(orderOf(1))).catch(
        (error: unknown) => error,
      );
      expect(failure).to.equal(corrupt);
    }
  });

  it('are not what other failures are about', async () => {
    const busy = transient('busy_file', 'The file was changed.', { stage: 'read' });
    const { render } = renderSome({
      extraction: { parts: partsOf('scan', 'text') } as never,
      render: () => Promise.reject(busy),
    });
    const failure: unknown = await Promise.resolve(render(orderOf(1))).catch((error: unknown) => error);
    expect(failure).to.equal(busy);
  });
});
