/**
 * How many chunks are handed out at once: four times what fits in the slots, so that the tail of one chunk overlaps the
 * head of the next, plus one per worker. Between 4 and 50.
 */
export function chunkWindow(batch: { parallel: number; batchSize: number; liveWorkers: number }): number {
  const wide = Math.ceil((4 * batch.parallel) / batch.batchSize) + batch.liveWorkers;
  return Math.min(Math.max(wide, 4), 50);
}
