import { Parser } from 'htmlparser2';
import { tooDeep } from './too-deep.ts';

/** Throws `nested_too_deep` before anything walks the tree, and before a parser spends minutes on building it. */
export function refuseDeepHtml(html: string, maxDepth: number): void {
  if (!hasMoreTags(html, maxDepth)) return;
  let depth = 0;
  const parser = new Parser({
    onopentagname() {
      depth += 1;
      if (depth > maxDepth) throw tooDeep(maxDepth);
    },
    onclosetag: () => void (depth -= 1),
  });
  parser.end(html);
}

/** What has fewer tags cannot be deeper. */
function hasMoreTags(html: string, count: number): boolean {
  let at = -1;
  for (let tags = 0; tags <= count; tags += 1) {
    at = html.indexOf('<', at + 1);
    if (at < 0) return false;
  }
  return true;
}
