import type { OfficeContentNode } from 'officeparser';
import { chartMarkdown } from './chart-markdown.ts';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { officeImages } from './office-images.ts';
import { commentsOf, countNodes, officeMarkdown, officeMetadata, parseOffice } from './office.ts';
import { refuseDeepXml } from './refuse-deep-xml.ts';
import { slideOrder } from './slide-order.ts';

/** One part per slide, in the order shown, with its tables and charts, the speaker's notes and the reviewers' comments. */
export async function readPptx({ bytes, maxDepth }: ReaderInput): Promise<Draft> {
  refuseDeepXml(bytes, maxDepth);
  const ast = await parseOffice(bytes, 'pptx');
  const found = new Map(ast.content.map((node, index) => [fileNumber(node) ?? index + 1, node]));
  const order = slideOrder(bytes);
  const numbers = order.slides.length > 0 ? order.slides : [...found.keys()];
  const parts: DraftPart[] = [];
  for (const [index, number] of numbers.entries()) {
    const slide = found.get(number);
    // The parser hangs notes on the slide whose file has the same number, which need not be theirs.
    const notes = found.get(order.notes.get(number) ?? (order.slides.length > 0 ? 0 : number))?.notes ?? [];
    const pieces = [
      await officeMarkdown(ast, slide?.children ?? []),
      ...(order.charts.get(number) ?? []).map((xml) => chartMarkdown(xml, maxDepth)),
      titled(
        'Notes',
        await officeMarkdown(
          ast,
          notes.flatMap((note) => withoutPageNumber(note.children ?? [])),
        ),
      ),
      titled('Comments', slide === undefined ? '' : commentsOf([slide])),
    ];
    parts.push({
      kind: 'slide',
      label: `Slide ${index + 1}`,
      markdown: pieces.filter((piece) => piece !== '').join('\n\n'),
    });
  }
  const tables = countNodes(ast.content, 'table');
  return {
    parts,
    metadata: { ...officeMetadata(ast), slides: parts.length, ...(tables > 0 ? { tables } : {}) },
    images: officeImages(bytes),
  };
}

function fileNumber(node: OfficeContentNode): number | undefined {
  return node.type === 'slide' ? node.metadata?.slideNumber : undefined;
}

function withoutPageNumber(nodes: OfficeContentNode[]): OfficeContentNode[] {
  return nodes.filter(
    ({ text }, index) => !(index === nodes.length - 1 && /^\s*\d{1,4}\s*$/.test(text ?? '')),
  );
}

function titled(title: string, text: string): string {
  return text === '' ? '' : `${title}:\n\n${text}`;
}
