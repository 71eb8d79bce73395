/** Words, each character of a script without spaces alone; where links lead, and pictures lie, is no text. */
export function tokensOf(text: string): string[] {
  const plain = text.replace(/\]\([^)\s]*\)/g, '] ');
  return (
    plain.toLowerCase().match(/[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Thai}]|[\p{L}\p{M}\p{N}]+/gu) ??
    []
  );
}

/** The part of the words of `wanted`, each as often as it stands there, that `found` has; 1 when nothing is wanted. */
export function coverage(wanted: string, found: string): number {
  const counts = countsOf(tokensOf(found));
  let total = 0;
  let hits = 0;
  for (const [token, count] of countsOf(tokensOf(wanted))) {
    total += count;
    hits += Math.min(count, counts.get(token) ?? 0);
  }
  return total === 0 ? 1 : hits / total;
}

/** Whether these texts occur one after the other. */
export function isInOrder(texts: readonly string[], found: string): boolean {
  let at = 0;
  const plain = found.replaceAll('’', "'");
  return texts.every((text) => {
    at = plain.indexOf(text.replaceAll('’', "'"), at);
    return at >= 0;
  });
}

function countsOf(tokens: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
  return counts;
}
