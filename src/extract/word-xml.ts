import { patchZip } from './patch-zip.ts';

/** Larger parts are left as they are. */
const MAX_PATCHED_BYTES = 64 * 1024 * 1024;
const TEXT_PARTS = /^word\/(?:document|header|footer|footnotes|endnotes|comments)\d*\.xml$/;

/**
 * A Word file in which everything that a person reads stands where the parser looks: it would glue the words around
 * tabs and hyphens together, and leave out content controls (cover pages, tables of contents) and text boxes.
 */
export function readableWordFile(bytes: Buffer): Buffer {
  return patchZip(bytes, (name) => TEXT_PARTS.test(name), readableXml, MAX_PATCHED_BYTES);
}

function readableXml(xml: string): string {
  const flat = withoutElements(xml, ['w:sdtPr', 'w:sdtEndPr', 'w:moveFrom', 'mc:Fallback'])
    .replace(/<w:(?:tab|ptab\b[^>]*?)\s*\/>/g, '<w:t xml:space="preserve">\t</w:t>')
    .replace(/<w:noBreakHyphen\s*\/>/g, '<w:t>-</w:t>')
    .replace(/<\/?w:sdt(?:Content)?\b[^>]*>/g, '');
  return flat.includes('<w:txbxContent') ? withBoxesAfterParagraphs(flat) : flat;
}

/**
 * Without what programs need and no person reads: properties of content controls, text that was moved elsewhere, and
 * text boxes once more for old programs. One pass: a hostile file may open a hundred thousand and close none.
 */
function withoutElements(xml: string, names: string[]): string {
  const tags = new RegExp(`<(/?)(${names.join('|')})(?=[\\s/>])[^>]*?(/?)>`, 'g');
  const kept: string[] = [];
  let open = '';
  let depth = 0;
  let last = 0;
  for (const { 0: tag, 1: slash, 2: name, 3: end, index } of xml.matchAll(tags)) {
    if (open === '') kept.push(xml.slice(last, index));
    last = index + tag.length;
    if (end === '/' || (open !== '' && name !== open)) continue;
    if (slash === '') {
      open = name!;
      depth += 1;
    } else if (open !== '') {
      depth -= 1;
      if (depth === 0) open = '';
    }
  }
  if (open === '') kept.push(xml.slice(last));
  return kept.join('');
}

/** The paragraphs of a text box follow the paragraph that holds it. */
function withBoxesAfterParagraphs(xml: string): string {
  let text = '';
  let boxes = '';
  let depth = 0;
  let last = 0;
  for (const { 0: tag, index } of xml.matchAll(/<w:txbxContent\b[^>]*>|<\/w:txbxContent>|<\/w:p>/g)) {
    const before = xml.slice(last, index);
    last = index + tag.length;
    if (depth > 0) boxes += before;
    else text += before;
    if (tag === '</w:p>') {
      if (depth > 0) boxes += tag;
      else {
        text += tag + boxes;
        boxes = '';
      }
    } else depth = Math.max(depth + (tag.startsWith('</') ? -1 : 1), 0);
  }
  return text + boxes + xml.slice(last);
}
