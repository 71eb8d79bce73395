/** A document that waits for a provider batch: no worker has it, and no chunk may claim it. `i` is the item's alias. */
export function isParked(i: string): string {
  return `(${i}.state = 'processing' AND ${i}.stage IS NOT DISTINCT FROM 'provider')`;
}
