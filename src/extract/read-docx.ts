import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { officeImages } from './office-images.ts';
import { commentsOf, countNodes, officeMarkdown, officeMetadata, parseOffice } from './office.ts';

/** Running headers, the body with its tables and notes, footers, and the reviewers' comments. */
export async function readDocx({ bytes, name }: ReaderInput): Promise<Draft> {
  const ast = await parseOffice(bytes, 'docx');
  const headers = await officeMarkdown(ast, ast.auxiliary?.headers ?? []);
  const body = await officeMarkdown(ast, ast.content);
  const footers = await officeMarkdown(ast, ast.auxiliary?.footers ?? []);
  const comments = commentsOf(ast.content);
  const tables = countNodes(ast.content, 'table');
  const pages = Number(ast.metadata.pages ?? ast.metadata.nativeProperties?.Pages);
  return {
    parts: [
      ...filled('header', 'Header', headers),
      { kind: 'body', label: name, markdown: body },
      ...filled('header', 'Footer', footers),
      ...filled('body', 'Comments', comments === '' ? '' : `Comments:\n\n${comments}`),
    ],
    metadata: {
      ...officeMetadata(ast),
      ...(Number.isInteger(pages) && pages > 0 ? { pages } : {}),
      ...(tables > 0 ? { tables } : {}),
    },
    images: officeImages(bytes),
  };
}

function filled(kind: DraftPart['kind'], label: string, markdown: string): DraftPart[] {
  return markdown === '' ? [] : [{ kind, label, markdown }];
}
