import { Parser } from 'htmlparser2';
import { tooDeep } from './too-deep.ts';

export interface XmlElement {
  /** With its prefix, as written. */
  name: string;
  attributes: Readonly<Record<string, string>>;
  children: (XmlElement | string)[];
}

/** The root of well-formed or nearly well-formed XML; null when there is no element. Throws `nested_too_deep`. */
export function parseXml(xml: string, maxDepth: number): XmlElement | null {
  const open: XmlElement[] = [{ name: '', attributes: {}, children: [] }];
  const top = open[0]!;
  const parser = new Parser(
    {
      onopentag(name, attributes) {
        if (open.length > maxDepth) throw tooDeep(maxDepth);
        const element: XmlElement = { name, attributes, children: [] };
        open.at(-1)!.children.push(element);
        open.push(element);
      },
      onclosetag: () => void open.pop(),
      ontext: (text) => void open.at(-1)!.children.push(text),
    },
    { xmlMode: true },
  );
  parser.end(xml);
  return elementsOf(top)[0] ?? null;
}

export function elementsOf(element: XmlElement): XmlElement[] {
  return element.children.filter((child): child is XmlElement => typeof child !== 'string');
}

/** The first child of one of these names. */
export function childOf(element: XmlElement | undefined, ...names: string[]): XmlElement | undefined {
  return element === undefined ? undefined : elementsOf(element).find(({ name }) => names.includes(name));
}

/** All elements of this name, at any depth, in order. */
export function descendantsOf(element: XmlElement, name: string): XmlElement[] {
  return elementsOf(element).flatMap((child) => [
    ...(child.name === name ? [child] : []),
    ...descendantsOf(child, name),
  ]);
}

/** All text inside, as it stands. */
export function textOf(element: XmlElement | undefined): string {
  if (element === undefined) return '';
  return element.children.map((child) => (typeof child === 'string' ? child : textOf(child))).join('');
}

/** Text on one line; undefined when there is none. */
export function lineOf(element: XmlElement | undefined): string | undefined {
  const line = textOf(element).replace(/\s+/g, ' ').trim();
  return line === '' ? undefined : line;
}
