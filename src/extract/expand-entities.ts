import { permanent } from '../domain/failure.ts';

const ENTITY = /<!ENTITY\s+([\w.:-]+)\s+(?:"([^"]*)"|'([^']*)')\s*>/g;
const REFERENCE = /&([\w.:-]+);/g;

/**
 * XML with the entities that its own head declares put in; those of other files are never looked up and stay as written.
 * Throws `entity_expansion` before it expands anything, when that would make more than `maxChars`, or never end.
 */
export function expandEntities(xml: string, maxChars: number): string {
  const head = /<!DOCTYPE[^[>]*\[([\s\S]*?)\]\s*>/.exec(xml);
  if (head === null || !xml.includes('<!ENTITY')) return xml;
  const declared = declaredEntities(head[1]!);
  if (declared.size === 0) return xml;
  const body = xml.slice(head.index + head[0].length);
  const sizes = new Map<string, number>();
  if (expandedLength(body, declared, sizes) - body.length > maxChars) throw expansionFailure(maxChars);
  return xml.slice(0, head.index) + expand(body, declared);
}

function declaredEntities(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(ENTITY)].map(([, name, double, single]) => [name!, double ?? single ?? '']),
  );
}

/** Lengths of entities are computed once each; one that contains itself has no end. */
function expandedLength(text: string, declared: Map<string, string>, sizes: Map<string, number>): number {
  let length = text.length;
  for (const [whole, name] of text.matchAll(REFERENCE)) {
    const value = declared.get(name!);
    if (value === undefined) continue;
    if (!sizes.has(name!)) {
      sizes.set(name!, Number.POSITIVE_INFINITY);
      sizes.set(name!, expandedLength(value, declared, sizes));
    }
    length += sizes.get(name!)! - whole.length;
  }
  return length;
}

function expand(text: string, declared: Map<string, string>): string {
  return text.replace(REFERENCE, (whole, name: string) => {
    const value = declared.get(name);
    return value === undefined ? whole : expand(value, declared);
  });
}

function expansionFailure(maxChars: number): Error {
  const message = `The entities of the XML would expand to more than ${maxChars} characters.`;
  return permanent('entity_expansion', message, { stage: 'extract', context: { maxEntityChars: maxChars } });
}
