import { OfficeGenerator, OfficeParser } from 'officeparser';
import type { OfficeContentNode, OfficeError, OfficeParserAST } from 'officeparser';
import type { ExtractionMetadata } from '../domain/extraction.ts';
import { permanent } from '../domain/failure.ts';
import { joinRuns } from './join-runs.ts';
import { parserFailure } from './parser-failure.ts';
import { readableWordFile } from './word-xml.ts';

/** What the parts of one document may unpack to, however their sizes are declared. */
const MAX_UNPACKED_BYTES = 1024 * 1024 * 1024;

export async function parseOffice(
  bytes: Buffer,
  fileType: 'docx' | 'pptx' | 'rtf',
): Promise<OfficeParserAST> {
  try {
    return await OfficeParser.parseOffice(fileType === 'docx' ? readableWordFile(bytes) : bytes, {
      fileType,
      extractAttachments: false,
      ocr: false,
      serializeRawContent: false,
      includeBreakNodes: true,
      outputErrorToConsole: false,
      onWarning: () => undefined,
      decompressionLimits: { maxUncompressedBytes: MAX_UNPACKED_BYTES, maxZipEntries: 20_000 },
    });
  } catch (error) {
    throw officeFailure(error);
  }
}

/** Some nodes of a parsed document as Markdown. */
export async function officeMarkdown(ast: OfficeParserAST, nodes: OfficeContentNode[]): Promise<string> {
  if (nodes.length === 0) return '';
  const part = { ...ast, metadata: {}, content: joinRuns(nodes) };
  const { value } = await OfficeGenerator.generate(part, 'md', {
    onWarning: () => undefined,
    mdConfig: { fallbackToHtml: false, dialect: { extends: 'github', attributeLists: 'none' } },
  });
  return value
    .replace(/^---\n/, '')
    .replace(/^(#{1,6} .*?) ?\{#[^}\n]*\}$/gm, '$1')
    .replace(/&lt;/g, '<')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

export function officeMetadata({ metadata }: OfficeParserAST): Partial<ExtractionMetadata> {
  const { title, author, created, modified } = metadata;
  return {
    ...(isFilled(title) ? { title: title.trim() } : {}),
    ...(isFilled(author) ? { author: author.trim() } : {}),
    ...(isDate(created) ? { createdAt: created.toISOString() } : {}),
    ...(isDate(modified) ? { modifiedAt: modified.toISOString() } : {}),
  };
}

/** How many nodes of a type there are, at any depth. */
export function countNodes(nodes: OfficeContentNode[], type: OfficeContentNode['type']): number {
  return nodes.reduce(
    (sum, node) => sum + (node.type === type ? 1 : 0) + countNodes(node.children ?? [], type),
    0,
  );
}

/** A comment hangs on every node that it spans; each is told once. */
export function commentsOf(nodes: OfficeContentNode[]): string {
  const lines = new Map<string, string>();
  const visit = (node: OfficeContentNode): void => {
    for (const comment of node.comments ?? []) {
      if (comment.type !== 'comment') continue;
      const { commentId, author } = comment.metadata ?? {};
      const text = (comment.text ?? '').replace(/\s+/g, ' ').trim();
      if (text !== '') lines.set(commentId ?? text, `- ${author === undefined ? '' : `${author}: `}${text}`);
    }
    node.children?.forEach(visit);
  };
  nodes.forEach(visit);
  return [...lines.values()].join('\n');
}

function isFilled(text: string | undefined): text is string {
  return text !== undefined && text.trim() !== '';
}

function isDate(date: Date | undefined): date is Date {
  return date instanceof Date && !Number.isNaN(date.getTime());
}

function officeFailure(error: unknown): Error {
  const issue = (error as OfficeError).officeIssue;
  const code: string | undefined = issue?.code;
  const reason = (issue?.message ?? (error instanceof Error ? error.message : String(error))).slice(0, 300);
  if (code === 'ZIP_SIZE_LIMIT_EXCEEDED' || code === 'ZIP_ENTRY_COUNT_LIMIT_EXCEEDED') {
    return permanent('too_large', `The document unpacks to too much (${reason}).`, {
      stage: 'extract',
      cause: error,
    });
  }
  // Its own error may wrap the one of a full stack.
  if (error instanceof RangeError || /maximum call stack/i.test(reason)) return parserFailure(error);
  return permanent('corrupt', `The document is damaged or cut off (${reason}).`, {
    stage: 'extract',
    cause: error,
  });
}
