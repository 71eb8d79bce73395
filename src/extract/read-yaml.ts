import { parseAllDocuments } from 'yaml';
import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { fence } from './fence.ts';

/** Above this only the text is kept: parsing is there to warn, and costs a multiple of the text in memory. */
const MAX_PARSED_CHARS = 2_000_000;

/** YAML as it is, comments too, in a code block. */
export function readYaml(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const title = /^title:\s*["']?([^"'\n#][^\n]*?)["']?\s*$/m.exec(text)?.[1];
  return {
    parts: [{ kind: 'body', label: input.name, markdown: text.trim() === '' ? '' : fence('yaml', text) }],
    metadata: { encoding, ...(title === undefined ? {} : { title }) },
    warnings: isValid(text) ? [] : ['The content is not valid YAML; it was kept as text'],
  };
}

function isValid(text: string): boolean {
  if (text.length > MAX_PARSED_CHARS) return true;
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  return !Array.isArray(documents) || documents.every(({ errors }) => errors.length === 0);
}
