/** What a gullible model takes for an order: from the words that make it one to the end of the line. */
const ORDERS: readonly RegExp[] = [
  /(?:ignore|disregard|forget) (?:all |any |everything |your )?(?:the )?(?:of the )?(?:previous|prior|above|earlier)(?: instructions| prompts| rules)?[^\n]{0,200}/i,
  /if you(?:'re| are) an? (?:ai|llm|language model|assistant)[^\n]{0,200}/i,
  /(?:note|attention|message|instructions?) (?:to|for) (?:the |any |all )?(?:ai|llm|language model|assistant)[^\n]{0,200}/i,
  /you are now [^\n]{0,200}/i,
  /respond only with [^\n]{0,200}/i,
];
const DICTATED =
  /(?:say|answer|respond|reply|write|output|print|state)(?: only)?(?: with| that)?:? ["“']([^"”'\n]{1,80})["”']/i;

export interface Obeyed {
  order: string;
  /** What every text of the answer becomes. */
  says: string;
}

/** The first order in the document, unless it stands in quotes; the model of this mode does what it says. */
export function obey(document: string): Obeyed | null {
  for (const pattern of ORDERS) {
    const found = pattern.exec(document);
    if (found === null) continue;
    const before = document.slice(0, found.index).trimEnd().at(-1) ?? '';
    if (/["“„«'‘`]/.test(before)) continue;
    const [order] = found;
    return { order, says: DICTATED.exec(order)?.[1] ?? `As ordered: ${order}` };
  }
  return null;
}
