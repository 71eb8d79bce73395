import type { Json } from '../../domain/analyzer.ts';
import type { Extraction } from '../../domain/extraction.ts';
import type { ContentCounts } from './counts.ts';
import { countContents } from './counts.ts';
import { describeData, describeTables } from './describe-data.ts';
import { documentTypeOf } from './document-type.ts';
import { findEntities } from './entities.ts';
import { keyPhrases } from './key-phrases.ts';
import { detectLanguage } from './language.ts';
import { readMarkdown } from './read-markdown.ts';
import { summarize } from './summary.ts';
import { scanTables } from './tables.ts';
import { subjectOf, titleOf } from './title.ts';

export interface LocalInput {
  name: string;
  mimeType: string;
  extraction: Extraction;
}

/** Language, names and sentences are looked for in the first 20,000 characters: they cost 0.4 ms per 1,000. */
const READ_CHARS = 20_000;

/**
 * The offline answer about one document: `{language, title, documentType, counts, summary, keyPhrases, entities}`.
 * Takes any text, in time linear in its length; runs in the sandbox's child process.
 */
export function answerLocally({ name, mimeType, extraction }: LocalInput): Json {
  const { markdown, metadata } = extraction;
  const head = markdown.slice(0, READ_CHARS).toWellFormed();
  const content = readMarkdown(head);
  const tables = scanTables(markdown);
  const prose = content.segments.join('\n');
  const title = titleOf(name, metadata.title ?? subjectOf(head), content);
  const counts = countContents(extraction, tables.count);
  const paragraphs = content.segments.filter((segment) => segment.length >= 150).length;
  const documentType = documentTypeOf({ name, mimeType, title, head, counts, paragraphs });
  const isProse = documentType !== 'data' && documentType !== 'code' && documentType !== 'spreadsheet';
  const language = detectLanguage({ prose, isProse, declared: metadata.language });
  const data = describeData({ mimeType, markdown, tables, documentType });
  return {
    language,
    title,
    documentType,
    counts: { ...counts },
    summary:
      data ??
      summarize(content.segments, language) ??
      describeTables(tables.first, tables.count) ??
      withoutProse(content.headings, head, counts),
    keyPhrases: keyPhrases([...content.headings, ...content.segments, ...tables.headers], language),
    entities: { ...findEntities(head, content) },
  };
}

/** Headings alone, code alone, pictures alone. */
function withoutProse(headings: string[], head: string, counts: ContentCounts): string {
  const words = (headings.length > 0 ? headings.join('; ') : head).replace(/[\s`|#]+/g, ' ').trim();
  if (words !== '') return words.slice(0, 300).toWellFormed();
  return counts.images > 0 ? `No text; images: ${counts.images}.` : 'No text.';
}
