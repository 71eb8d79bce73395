import type { Draft, ReaderInput } from './draft.ts';
import { countNodes, officeMarkdown, officeMetadata, parseOffice } from './office.ts';
import { plainCharacters } from './rtf-characters.ts';

/** Headings, paragraphs, lists and tables of a Rich Text file. */
export async function readRtf({ bytes, name }: ReaderInput): Promise<Draft> {
  const ast = await parseOffice(plainCharacters(bytes), 'rtf');
  const tables = countNodes(ast.content, 'table');
  const images = countNodes(ast.content, 'image');
  return {
    parts: [{ kind: 'body', label: name, markdown: await officeMarkdown(ast, ast.content) }],
    metadata: {
      ...officeMetadata(ast),
      ...(tables > 0 ? { tables } : {}),
      ...(images > 0 ? { images } : {}),
    },
    hasPictures: images > 0,
  };
}
