import { decodeInput } from './decode-input.ts';
import type { Draft, ReaderInput } from './draft.ts';
import { expandEntities } from './expand-entities.ts';
import { imageDraft } from './image-draft.ts';
import { childOf, elementsOf, lineOf, parseXml, textOf } from './xml-tree.ts';
import type { XmlElement } from './xml-tree.ts';

/** A drawing: its title, its description and the texts in it, in the order of the file. */
export function readSvg(input: ReaderInput): Draft {
  const { text, encoding } = decodeInput(input);
  const root = parseXml(expandEntities(text, input.maxEntityChars), input.maxDepth);
  const title = lineOf(childOf(root ?? undefined, 'title', 'svg:title'));
  const description = lineOf(childOf(root ?? undefined, 'desc', 'svg:desc'));
  const texts = root === null ? [] : textsOf(root);
  return imageDraft(input, {
    format: 'SVG',
    ...sizeOf(root),
    ...(title === undefined ? {} : { title }),
    ...(description === undefined ? {} : { description }),
    text: texts.join('\n'),
    encoding,
  });
}

function textsOf(element: XmlElement): string[] {
  if (/^(?:svg:)?text$/.test(element.name)) {
    const text = textOf(element).replace(/\s+/g, ' ').trim();
    return text === '' ? [] : [text];
  }
  return elementsOf(element).flatMap(textsOf);
}

function sizeOf(root: XmlElement | null): { widthPx?: number; heightPx?: number } {
  const [, , boxWidth, boxHeight] = (root?.attributes.viewBox ?? '')
    .trim()
    .split(/[\s,]+/)
    .map(Number);
  const length = (value: string | undefined, fallback: number | undefined): number | undefined => {
    const pixels = /^(\d+(?:\.\d+)?)(?:px)?$/.exec(value?.trim() ?? '')?.[1];
    return pixels === undefined ? fallback : Number(pixels);
  };
  const width = length(root?.attributes.width, boxWidth);
  const height = length(root?.attributes.height, boxHeight);
  if (width === undefined || height === undefined || !(width > 0 && height > 0)) return {};
  return { widthPx: Math.round(width), heightPx: Math.round(height) };
}
