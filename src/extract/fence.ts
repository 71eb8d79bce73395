/** A Markdown code block, with a fence longer than any inside. */
export function fence(language: string, code: string): string {
  const longest = (code.match(/`{3,}/g) ?? []).reduce((length, run) => Math.max(length, run.length), 2);
  const marks = '`'.repeat(longest + 1);
  return `${marks}${language}\n${code.replace(/\s+$/, '')}\n${marks}`;
}
