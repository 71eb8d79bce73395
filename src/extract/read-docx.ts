import { chartMarkdown } from './chart-markdown.ts';
import type { Draft, DraftPart, ReaderInput } from './draft.ts';
import { officeImages } from './office-images.ts';
import { commentsOf, countNodes, officeMarkdown, officeMetadata, parseOffice } from './office.ts';
import { refuseDeepXml } from './refuse-deep-xml.ts';
import { zipParts } from './zip-parts.ts';

/** Running headers, the body with its tables and notes, footers, and the reviewers' comments. */
export async function readDocx({ bytes, name, maxDepth }: ReaderInput): Promise<Draft> {
  refuseDeepXml(bytes, maxDepth);
  const ast = await parseOffice(bytes, 'docx');
  const headers = await officeMarkdown(ast, ast.auxiliary?.headers ?? []);
  const body = await officeMarkdown(ast, ast.content);
  const footers = await officeMarkdown(ast, ast.auxiliary?.footers ?? []);
  const charts = chartsOf(bytes, maxDepth);
  const comments = commentsOf(ast.content);
  const tables = countNodes(ast.content, 'table');
  const pages = Number(ast.metadata.pages ?? ast.metadata.nativeProperties?.Pages);
  return {
    parts: [
      ...filled('header', 'Header', headers),
      { kind: 'body', label: name, markdown: body },
      ...filled('body', 'Charts', charts),
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

/** The charts of the body, in the order in which it refers to them. */
function chartsOf(bytes: Buffer, maxDepth: number): string {
  const parts = zipParts(bytes);
  return [...parts.references('word/document.xml').values()]
    .filter((target) => /\/charts\/chart[^/]*\.xml$/.test(target))
    .map((target) => chartMarkdown(parts.read(target), maxDepth))
    .filter((chart) => chart !== '')
    .join('\n\n');
}

function filled(kind: DraftPart['kind'], label: string, markdown: string): DraftPart[] {
  return markdown === '' ? [] : [{ kind, label, markdown }];
}
