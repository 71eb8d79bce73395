const DELIMITERS = [',', ';', '\t', '|'];
const SNIFFED_LINES = 20;

/** The delimiter that cuts the first lines into the same number of cells, and into most of them. */
export function findDelimiter(content: string): string {
  const lines = content
    .slice(0, 64 * 1024)
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  const sample = lines.slice(0, SNIFFED_LINES);
  let best = { delimiter: ',', score: 0 };
  for (const delimiter of DELIMITERS) {
    const counts = sample.map((line) => withoutQuoted(line).split(delimiter).length - 1);
    const typical = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 0;
    const agreeing = counts.filter((count) => count === typical).length / Math.max(counts.length, 1);
    const score = typical === 0 ? 0 : agreeing * 100 + Math.min(typical, 50);
    if (score > best.score) best = { delimiter, score };
  }
  return best.delimiter;
}

function withoutQuoted(line: string): string {
  return line.replace(/"(?:[^"]|"")*"/g, '');
}
