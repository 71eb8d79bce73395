import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { openOdf } from './odf-file.ts';
import { odfMarkdown } from './odf-markdown.ts';
import type { OdfCounts } from './odf-markdown.ts';
import { childOf, elementsOf } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** One part per slide of an OpenDocument presentation: its texts and the speaker's notes. */
export function readOdp(input: ReaderInput): Draft {
  const { body, metadata } = openOdf(input, 'presentation');
  const counts: OdfCounts = { tables: 0, images: 0 };
  const slides = elementsOf(body).filter(({ name }) => name === 'draw:page');
  const parts = slides.map((slide, index): DraftPart => {
    const notes = childOf(slide, 'presentation:notes');
    const notesText =
      notes === undefined ? '' : odfMarkdown({ ...notes, name: 'notes' }, { tables: 0, images: 0 });
    const pieces = [
      ...elementsOf(slide).map((shape) => shapeMarkdown(shape, counts)),
      notesText === '' ? '' : `Notes:\n\n${notesText}`,
    ];
    return {
      kind: 'slide',
      label: `Slide ${index + 1}`,
      markdown: pieces.filter((piece) => piece !== '').join('\n\n'),
    };
  });
  const { pages: _, ...rest } = metadata;
  return {
    parts,
    metadata: {
      ...rest,
      slides: parts.length,
      ...(counts.tables > 0 ? { tables: counts.tables } : {}),
      ...(counts.images > 0 ? { images: counts.images } : {}),
    },
    hasPictures: counts.images > 0,
  };
}

function shapeMarkdown(shape: XmlElement, counts: OdfCounts): string {
  const text = odfMarkdown({ name: 'shape', attributes: {}, children: [shape] }, counts);
  const isTitle = shape.attributes['presentation:class'] === 'title';
  return isTitle && text !== '' ? `# ${text.replace(/\s+/g, ' ')}` : text;
}
