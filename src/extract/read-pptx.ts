import type { OfficeContentNode } from 'officeparser';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { officeImages } from './office-images.ts';
import { countNodes, officeMarkdown, officeMetadata, parseOffice } from './office.ts';

/** One part per slide, with its tables and the speaker's notes. */
export async function readPptx({ bytes }: ReaderInput): Promise<Draft> {
  const ast = await parseOffice(bytes, 'pptx');
  const slides = ast.content.filter((node) => node.type === 'slide');
  const parts: DraftPart[] = [];
  for (const [index, slide] of slides.entries()) {
    const markdown = await officeMarkdown(ast, slide.children ?? []);
    const notes = notesOf(slide);
    parts.push({
      kind: 'slide',
      label: `Slide ${slide.metadata?.slideNumber ?? index + 1}`,
      markdown: notes === '' ? markdown : `${markdown}\n\nNotes: ${notes}`,
    });
  }
  const tables = countNodes(slides, 'table');
  return {
    parts,
    metadata: { ...officeMetadata(ast), slides: slides.length, ...(tables > 0 ? { tables } : {}) },
    images: officeImages(bytes),
  };
}

function notesOf(slide: OfficeContentNode): string {
  return (slide.notes ?? [])
    .map(({ text }) => (text ?? '').trim())
    .filter((text) => text !== '')
    .join('\n\n');
}
