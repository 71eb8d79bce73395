import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { openOdf } from './odf-file.ts';
import { odfMarkdown } from './odf-markdown.ts';
import type { OdfCounts } from './odf-markdown.ts';
import type { XmlElement } from './xml-tree.ts';

/** Running headers, the body with its tables, notes and comments, and footers of an OpenDocument text. */
export function readOdt(input: ReaderInput): Draft {
  const { body, headers, footers, metadata } = openOdf(input, 'text');
  const counts: OdfCounts = { tables: 0, images: 0 };
  const running = (label: string, elements: XmlElement[]): DraftPart[] => {
    const texts = new Set(
      elements.map((element) => odfMarkdown(element, counts)).filter((text) => text !== ''),
    );
    return texts.size === 0 ? [] : [{ kind: 'header', label, markdown: [...texts].join('\n\n') }];
  };
  return {
    parts: [
      ...running('Header', headers),
      { kind: 'body', label: input.name, markdown: odfMarkdown(body, counts) },
      ...running('Footer', footers),
    ],
    metadata: {
      ...metadata,
      ...(counts.tables > 0 ? { tables: counts.tables } : {}),
      ...(counts.images > 0 ? { images: counts.images } : {}),
    },
    hasPictures: counts.images > 0,
  };
}
