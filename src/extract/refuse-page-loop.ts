import { permanent } from '../domain/failure.ts';

/** Bytes around `/Kids` in which the number of its object and the end of its list are looked for. */
const BEFORE_BYTES = 2000;
const AFTER_BYTES = 256 * 1024;

/**
 * Throws `corrupt` when the pages of a PDF contain themselves, as far as their tree stands in plain sight: the parser
 * goes round such a loop once and takes what it then has for the document.
 */
export function refusePageLoop(bytes: Buffer): void {
  const kids = kidsOf(bytes);
  const state = new Map<number, 'open' | 'done'>();
  for (const root of kids.keys()) {
    // Without recursion: a hostile tree may be as deep as the file is long.
    const path = [{ id: root, next: 0 }];
    while (path.length > 0) {
      const node = path.at(-1)!;
      if (node.next === 0) {
        if (state.get(node.id) === 'done') {
          path.pop();
          continue;
        }
        state.set(node.id, 'open');
      }
      const child = kids.get(node.id)?.[node.next];
      node.next += 1;
      if (child === undefined) {
        state.set(node.id, 'done');
        path.pop();
      } else if (state.get(child) === 'open') {
        throw permanent('corrupt', 'The pages of the PDF contain themselves.', { stage: 'extract' });
      } else if (kids.has(child)) path.push({ id: child, next: 0 });
    }
  }
}

/** Object numbers by that of the object which lists them; the last one in the file counts, as after an update. */
function kidsOf(bytes: Buffer): Map<number, number[]> {
  const kids = new Map<number, number[]>();
  for (let at = bytes.indexOf('/Kids'); at >= 0; at = bytes.indexOf('/Kids', at + 1)) {
    const before = bytes.toString('latin1', Math.max(at - BEFORE_BYTES, 0), at);
    const id = /(\d+)\s+\d+\s+obj\b(?![\s\S]*\bobj\b)/.exec(before)?.[1];
    const list = /^\/Kids\s*\[([^\]]*)\]/.exec(bytes.toString('latin1', at, at + AFTER_BYTES))?.[1];
    if (id === undefined || list === undefined) continue;
    kids.set(
      Number(id),
      [...list.matchAll(/(\d+)\s+\d+\s+R\b/g)].map(([, child]) => Number(child)),
    );
  }
  return kids;
}
