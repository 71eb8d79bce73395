import { similarity } from './min-hash.ts';

/** Numbers of a signature that must agree before two texts are compared: few, so that hardly a pair is overlooked. */
const BAND = 3;
/** From this share of common runs of words on, two texts are versions of one. */
const ALIKE = 0.45;
/** Texts that fall together in one band; more have nothing but form in common. */
const MAX_COMPARED = 200;

/** Places of texts that are versions of one another, largest group first; a text like no other is a group of one. */
export function groupAlike(signatures: readonly Uint32Array[]): number[][] {
  const parent = signatures.map((_, index) => index);
  const find = (index: number): number => {
    let root = index;
    while (parent[root] !== root) root = parent[root]!;
    parent[index] = root;
    return root;
  };
  const bands = (signatures[0]?.length ?? 0) - (BAND - 1);
  for (let band = 0; band < bands; band += BAND) {
    const buckets = new Map<string, number[]>();
    for (const [index, signature] of signatures.entries()) {
      const key = signature.subarray(band, band + BAND).join();
      const bucket = buckets.get(key);
      if (bucket === undefined) buckets.set(key, [index]);
      else if (bucket.length < MAX_COMPARED) {
        const like = bucket.find((other) => similarity(signatures[other]!, signature) >= ALIKE);
        if (like !== undefined) parent[find(index)] = find(like);
        bucket.push(index);
      }
    }
  }
  const groups = new Map<number, number[]>();
  for (const index of signatures.keys()) {
    const root = find(index);
    groups.set(root, [...(groups.get(root) ?? []), index]);
  }
  return [...groups.values()].sort((a, b) => b.length - a.length || a[0]! - b[0]!);
}
