import { tooDeep } from './too-deep.ts';

const TOKEN = /"(?:\\.|[^"\\])*"|[{}[\],:]|[^\s"{}[\],:]+/g;
const INDENT = '  ';

/**
 * Valid JSON, indented. Numbers stay as they are written: as numbers of JavaScript the long ones would become others.
 * May stop after `maxChars`. Throws `nested_too_deep`.
 */
export function indentJson(
  text: string,
  { maxChars, maxDepth }: { maxChars: number; maxDepth: number },
): string {
  const pieces: string[] = [];
  let characters = 0;
  let depth = 0;
  let before = '';
  const add = (piece: string): void => {
    pieces.push(piece);
    characters += piece.length;
  };
  for (const [token] of text.matchAll(TOKEN)) {
    const isOpening = token === '{' || token === '[';
    const isClosing = token === '}' || token === ']';
    const isAfterOpening = before === '{' || before === '[';
    if (isClosing) depth -= 1;
    if (isClosing ? !isAfterOpening : isAfterOpening || before === ',') add(`\n${INDENT.repeat(depth)}`);
    if (isOpening) depth += 1;
    if (depth > maxDepth) throw tooDeep(maxDepth);
    add(token === ':' ? ': ' : token.startsWith('"') ? readable(token) : token);
    if (characters > maxChars) break;
    before = token;
  }
  return pieces.join('');
}

/** Without escapes that only spare programs other alphabets. */
function readable(string: string): string {
  return string.includes('\\') ? JSON.stringify(JSON.parse(string)) : string;
}
