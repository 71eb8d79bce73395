import { officeTypes } from './detect-office-type.ts';
import type { Reader } from './draft.ts';

interface ReaderEntry {
  /** Raised whenever the reader's text changes: texts stored under another version are made anew. */
  version: string;
  /** Parsers are loaded when first needed: a process that sees only texts stays small. */
  load: () => Promise<Reader>;
}

const readers: Readonly<Record<string, ReaderEntry>> = {
  'text/plain': entry('text/1', async () => (await import('./read-text.ts')).readText),
  'text/markdown': entry('markdown/1', async () => (await import('./read-text.ts')).readMarkdown),
  'text/csv': entry('csv/1', async () => (await import('./read-csv.ts')).readCsv),
  'text/tab-separated-values': entry('csv/1', async () => (await import('./read-csv.ts')).readCsv),
  'application/json': entry('json/1', async () => (await import('./read-json.ts')).readJson),
  'application/x-ndjson': entry('json/1', async () => (await import('./read-json.ts')).readJsonLines),
  'application/yaml': entry('yaml/1', async () => (await import('./read-yaml.ts')).readYaml),
  'application/xml': entry('xml/1', async () => (await import('./read-xml.ts')).readXml),
  'text/html': entry('html/1', async () => (await import('./read-html.ts')).readHtml),
  'message/rfc822': entry('eml/1', async () => (await import('./read-eml.ts')).readEml),
  'application/pdf': entry('pdf/1', async () => (await import('./read-pdf.ts')).readPdf),
  [officeTypes.docx]: entry('docx/1', async () => (await import('./read-docx.ts')).readDocx),
  [officeTypes.xlsx]: entry('xlsx/1', async () => (await import('./read-xlsx.ts')).readXlsx),
  [officeTypes.pptx]: entry('pptx/1', async () => (await import('./read-pptx.ts')).readPptx),
};

/** The reader of a MIME type that `detectType` gave. */
export function readerFor(mimeType: string): ReaderEntry {
  const found = readers[mimeType];
  if (found === undefined) throw new Error(`Expected a MIME type of the first set, got \`${mimeType}\``);
  return found;
}

function entry(version: string, load: () => Promise<Reader>): ReaderEntry {
  return { version, load };
}
