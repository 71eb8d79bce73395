import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { fence } from './fence.ts';
import { readJson } from './read-json.ts';

type Text = string | string[] | undefined;
interface Output {
  output_type?: string;
  text?: Text;
  data?: Record<string, Text>;
  ename?: string;
  evalue?: string;
}
interface Cell {
  cell_type?: string;
  source?: Text;
  /** Notebooks of format 3. */
  input?: Text;
  outputs?: Output[];
}
interface Notebook {
  cells?: Cell[];
  worksheets?: { cells?: Cell[] }[];
  metadata?: { title?: unknown; kernelspec?: { language?: unknown }; language_info?: { name?: unknown } };
}

/** A notebook: its texts, its code in blocks, and what the code printed; pictures are counted. */
export function readNotebook(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const notebook = parseNotebook(text);
  if (notebook === null) return readJson(input);
  const language = [notebook.metadata?.language_info?.name, notebook.metadata?.kernelspec?.language].find(
    isText,
  );
  const cells = notebook.cells ?? notebook.worksheets?.flatMap((sheet) => sheet.cells ?? []) ?? [];
  const blocks = cells.map((cell) => cellMarkdown(cell, language ?? ''));
  const pictures = cells.flatMap(({ outputs = [] }) => outputs.filter(isPicture)).length;
  const title = [notebook.metadata?.title, /^#\s+(.+)$/m.exec(blocks[0] ?? '')?.[1]].find(isText);
  return {
    parts: [
      { kind: 'body', label: input.name, markdown: blocks.filter((block) => block !== '').join('\n\n') },
    ],
    metadata: {
      encoding,
      ...(title === undefined ? {} : { title: title.trim() }),
      ...(pictures > 0 ? { images: pictures } : {}),
    },
    hasPictures: pictures > 0,
  };
}

function parseNotebook(text: string): Notebook | null {
  try {
    const json = JSON.parse(text) as Notebook | null;
    return Array.isArray(json?.cells) || Array.isArray(json?.worksheets) ? json : null;
  } catch {
    return null;
  }
}

function cellMarkdown(cell: Cell, language: string): string {
  const source = joined(cell.source ?? cell.input);
  if (cell.cell_type !== 'code') return source.trim();
  const outputs = (cell.outputs ?? []).map(outputText).filter((text) => text.trim() !== '');
  const blocks = [
    ...(source.trim() === '' ? [] : [fence(language, source)]),
    ...outputs.map((text) => fence('', text)),
  ];
  return blocks.join('\n\n');
}

function outputText({ output_type, text, data, ename, evalue }: Output): string {
  if (output_type === 'error') return `${ename ?? 'Error'}: ${evalue ?? ''}`;
  return joined(text ?? data?.['text/plain']);
}

function isPicture({ data }: Output): boolean {
  return Object.keys(data ?? {}).some((type) => type.startsWith('image/'));
}

function joined(text: Text): string {
  return Array.isArray(text) ? text.join('') : (text ?? '');
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.trim() !== '';
}
