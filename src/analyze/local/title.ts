import type { MarkdownContent } from './read-markdown.ts';

const LONGEST_TITLE = 120;

/** The document's own title, its first heading, its first short line, or its file name without the ending. */
export function titleOf(name: string, declared: string | undefined, content: MarkdownContent): string {
  const own = clean(declared ?? '');
  if (own !== '' && !isPlaceholder(own, name)) return own;
  const heading = content.headings.map(clean).find((each) => each.length >= 3);
  if (heading !== undefined) return heading;
  const firstLine = clean(content.segments[0] ?? '');
  return isTitleLike(firstLine) ? firstLine : fromFileName(name);
}

/** The subject of a mail kept as text, with its header lines. */
export function subjectOf(head: string): string | undefined {
  return /^\W{0,4}subject\W{0,4}:\W{0,4}(\S[^\n\r]{0,300})/im
    .exec(head.slice(0, 1_500))?.[1]
    ?.replace(/\*\*/g, '');
}

function clean(text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  if (line.length <= LONGEST_TITLE) return line;
  const cut = line.slice(0, LONGEST_TITLE - 1);
  return `${cut.slice(0, Math.max(cut.lastIndexOf(' '), 60)).toWellFormed()}…`;
}

/** What programs put there when nobody wrote a title. */
function isPlaceholder(title: string, name: string): boolean {
  return (
    title === name ||
    /^(untitled|unbenannt|document\d*|dokument\d*|presentation\d*|powerpoint presentation|workbook\d*|microsoft word\b.*|slide 1|sheet ?1|new document|.*\.(docx?|pdf|pptx?|xlsx?|indd|tmp))$/i.test(
      title,
    )
  );
}

/** Short, begins like a name and does not read as a sentence, a greeting or a field. */
function isTitleLike(line: string): boolean {
  return (
    line.length >= 4 &&
    line.length <= 90 &&
    /^[\p{Lu}\p{Lo}\p{N}"“«]/u.test(line) &&
    /\p{L}{3}|\p{Lo}{2}/u.test(line) &&
    !/[.!?:;,]$/.test(line) &&
    !/^[\w-]{2,20}:\s/.test(line) &&
    !/^(dear|hello|hi|sehr geehrte|liebe|cher|chère|from|to|date|subject)\b/i.test(line)
  );
}

function fromFileName(name: string): string {
  const stem = name.replace(/\.[A-Za-z0-9]{1,8}$/, '') || name;
  return clean(stem.replace(/[_]+/g, ' ')) || name;
}
