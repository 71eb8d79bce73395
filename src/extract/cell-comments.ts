import { childOf, descendantsOf, elementsOf, lineOf, parseXml, textOf } from './xml-tree.ts';

/** Comments on cells as lines, each with the cell's name and the author, in the order of the file. */
export function commentLines(comments: readonly { cell: string; author: string; text: string }[]): string {
  const lines = comments.flatMap(({ cell, author, text }) => {
    const line = text.replace(/\s+/g, ' ').trim();
    return line === '' ? [] : [`- ${cell}${author === '' ? '' : `, ${author}`}: ${line}`];
  });
  return lines.length === 0 ? '' : ['Comments:', '', ...lines].join('\n');
}

/** The notes of one sheet of an Excel workbook (`xl/comments1.xml`). */
export function readComments(xml: string, maxDepth: number): Parameters<typeof commentLines>[0][number][] {
  const root = parseXml(xml, maxDepth);
  const authors = elementsOf(childOf(root ?? undefined, 'authors') ?? nothing).map(
    (one) => lineOf(one) ?? '',
  );
  return elementsOf(childOf(root ?? undefined, 'commentList') ?? nothing).map((comment) => {
    const author = authors[Number(comment.attributes.authorId)] ?? '';
    const text = descendantsOf(comment, 't').map(textOf);
    // Excel writes the author once more as the first line.
    const [first = '', ...rest] = text.join('').trim().split('\n');
    const body = first.trim() === `${author}:` ? rest.join('\n') : text.join('');
    return { cell: comment.attributes.ref ?? '', author: isId(author) ? '' : author, text: body };
  });
}

/** A conversation of newer programs: its copy as a note has a number for an author, and a hint to update Excel. */
export function readThreads(
  xml: string,
  persons: string,
  maxDepth: number,
): Parameters<typeof commentLines>[0][number][] {
  const names = new Map(
    [...elementsOf(parseXml(persons, maxDepth) ?? nothing)].map(({ attributes }) => [
      attributes.id ?? '',
      attributes.displayName ?? '',
    ]),
  );
  return elementsOf(parseXml(xml, maxDepth) ?? nothing)
    .filter(({ name }) => name === 'threadedComment')
    .map((comment) => ({
      cell: comment.attributes.ref ?? '',
      author: names.get(comment.attributes.personId ?? '') ?? '',
      text: lineOf(childOf(comment, 'text')) ?? '',
    }));
}

const nothing = { name: '', attributes: {}, children: [] };

function isId(author: string): boolean {
  return author.startsWith('tc={');
}
