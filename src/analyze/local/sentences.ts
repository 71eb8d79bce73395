/** An end mark with its closing quotes, before a space and what can begin a sentence; or a full-width end mark. */
const boundary = /[.!?…]{1,3}["'”’»)\]]{0,2}\s{1,3}(?=["'“‘«(¿¡[]{0,2}[\p{Lu}\p{Lo}\p{N}])|[。！？]/gu;
const abbreviation =
  /(?:^|[\s(])(?:\p{L}|Mr|Mrs|Ms|Dr|Prof|Sr|Jr|St|No|Nr|Art|Abs|Fig|Inc|Ltd|Co|Corp|vs|etc|e\.g|i\.e|z\.B|d\.h|u\.a|bzw|ca|approx|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec|M|Mme|p|pp|vol|Tel|Str|\d{1,2})\.\s*$/iu;

/** The sentences of one paragraph, trimmed, in order. */
export function sentencesOf(paragraph: string): string[] {
  const sentences: string[] = [];
  let start = 0;
  for (const match of paragraph.matchAll(boundary)) {
    const end = match.index + match[0].length;
    if (abbreviation.test(paragraph.slice(Math.max(start, end - 14), end))) continue;
    sentences.push(paragraph.slice(start, end).trim());
    start = end;
  }
  sentences.push(paragraph.slice(start).trim());
  return sentences.filter((sentence) => sentence !== '');
}
