import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';

/** Plain text stays as it is. */
export function readText(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  return { parts: [{ kind: 'body', label: input.name, markdown: text }], metadata: { encoding } };
}

/** Markdown stays as it is; its title is the first heading, or `title:` of its front matter. */
export function readMarkdown(input: ReaderInput): Draft {
  const draft = readText(input);
  const text = draft.parts[0]!.markdown;
  const frontMatter = /^---\r?\n([\s\S]*?)\r?\n---\r?\n/.exec(text)?.[1] ?? '';
  const title =
    /^title:\s*["']?(.+?)["']?\s*$/m.exec(frontMatter)?.[1] ??
    /^#\s+(.+?)\s*#*\s*$/m.exec(text)?.[1] ??
    /^(.+)\r?\n=+\s*$/m.exec(text)?.[1];
  const tables = text.split('\n').filter(isTableRule).length;
  return {
    ...draft,
    metadata: {
      ...draft.metadata,
      ...(title === undefined ? {} : { title: title.trim() }),
      ...(tables > 0 ? { tables } : {}),
    },
  };
}

/** `| --- | :-: |`, the line under a table's head. */
function isTableRule(line: string): boolean {
  return line.includes('---') && line.includes('|') && /^[\s|:-]+$/.test(line);
}
