import { obey } from './gullible.ts';
import type { MessagesRequest, Schema } from './request.ts';
import { documentText, randomFrom, requestKey } from './request.ts';

export interface GeneratedAnswer {
  text: string;
  /** Quotes that stand nowhere in the document, in the order of the answer. */
  fabricated: string[];
  obeyed: boolean;
}

/**
 * What the model says: follows from request and schema alone. Strings are cut from the document, their lengths are
 * drawn from a skewed distribution; `quote` fields are verbatim runs of words, but for the share that is made up.
 */
export function generateAnswer(
  request: MessagesRequest,
  { fabricateQuotes, isGullible }: { fabricateQuotes: number; isGullible: boolean },
): GeneratedAnswer {
  const document = documentText(request);
  const random = randomFrom(requestKey(request));
  const obeyed = isGullible ? obey(document) : null;
  const schema = request.output_config?.format?.schema;
  const seen = document.match(/\S+/g);
  const words = seen ?? ['nothing'];
  const fabricated: string[] = [];

  const phrase = (least: number, most: number): string => {
    const count = Math.min(words.length, least + Math.floor((most - least) * random() ** 3));
    const from = Math.floor(random() * (words.length - count + 1));
    // Some documents have words of thousands of characters; no model repeats those.
    return words
      .slice(from, from + count)
      .join(' ')
      .slice(0, Math.min(600, 12 * most))
      .toWellFormed();
  };
  const quote = (): string => {
    if (random() >= fabricateQuotes) return phrase(3, 12);
    const made = `never written anywhere ${Math.floor(random() * 1e9).toString(36)}`;
    fabricated.push(made);
    return made;
  };
  const value = (given: Schema, name: string): unknown => {
    if (given.const !== undefined) return given.const;
    if (given.enum !== undefined) return given.enum[Math.floor(random() * given.enum.length)];
    if (given.anyOf !== undefined) return value(given.anyOf[0]!, name);
    const type = Array.isArray(given.type) ? given.type[0] : given.type;
    switch (type) {
      case 'object':
        return Object.fromEntries(
          Object.entries(given.properties ?? {}).map(([key, inner]) => [key, value(inner, key)]),
        );
      case 'array':
        return arrayOf(given.items ?? { type: 'string' }, name);
      case 'integer':
        return Math.floor(numberWithin(given, random()));
      case 'number':
        return Math.round(numberWithin(given, random()) * 100) / 100;
      case 'boolean':
        return random() < 0.5;
      case 'null':
        return null;
      default:
        return textOf(given, name);
    }
  };
  const arrayOf = (items: Schema, name: string): unknown[] => {
    // One quote for each field that may be quoted.
    const fields = items.properties?.field?.enum;
    if (fields !== undefined && seen === null) return [];
    if (fields !== undefined) return fields.map((field) => ({ ...(value(items, name) as object), field }));
    return Array.from({ length: 1 + Math.floor(random() * 4) }, () => value(items, name));
  };
  const textOf = (given: Schema, name: string): string => {
    if (name === 'quote') return quote();
    if (obeyed !== null) return obeyed.says;
    if (given.format === 'date' || /date$/i.test(name)) {
      return `2026-0${1 + Math.floor(random() * 9)}-1${Math.floor(random() * 10)}`;
    }
    if (name === 'currency') return 'EUR';
    if (name === 'language') return 'en';
    const text = phrase(2, name === 'summary' ? 90 : 14);
    const longest = hint(given, 'maxLength');
    return longest === null ? text : text.slice(0, longest);
  };

  const text = schema === undefined ? phrase(10, 200) : JSON.stringify(value(schema, ''));
  return { text, fabricated, obeyed: obeyed !== null };
}

/** Limits that structured outputs do not know stand in the description; a good model keeps them. */
function hint({ description = '' }: Schema, keyword: string): number | null {
  const found = new RegExp(`\\b${keyword}: (-?[\\d.]+)`).exec(description)?.[1];
  return found === undefined ? null : Number(found);
}

function numberWithin(given: Schema, share: number): number {
  const least = hint(given, 'minimum') ?? 0;
  const most = hint(given, 'maximum') ?? least + 10_000;
  return least + share * (most - least);
}
