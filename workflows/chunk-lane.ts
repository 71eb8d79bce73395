import { CancellationScope, isCancellation, sleep } from '@temporalio/workflow';
import type { ChunkResult } from '../activities/types.ts';
import { chunkWindow } from '../src/domain/chunking.ts';
import type { BatchState } from './batch-state.ts';
import { showDetails, wake } from './batch-state.ts';
import { haltOn } from './halt.ts';
import { processChunk } from './retry-policies.ts';

/** Keeps the window full: chunks that were handed back first, then the next planned ones. */
export function dispatchChunks(state: BatchState): void {
  if (state.gateClosed || state.orders === null) return;
  const window = state.probing ? 1 : chunkWindow(state.orders);
  while (state.chunks.size < window) {
    const chunkNo =
      state.requeued.shift() ?? (state.nextChunk <= state.lastChunk ? state.nextChunk++ : undefined);
    if (chunkNo === undefined) return;
    void runChunk(state, chunkNo);
  }
}

export function chunksAreIdle(state: BatchState): boolean {
  return state.chunks.size === 0;
}

/** Asks every chunk to hand back what it has not started. */
export function cancelChunks(state: BatchState): void {
  state.chunkScope.cancel();
  state.chunkScope = new CancellationScope();
}

async function runChunk(state: BatchState, chunkNo: number): Promise<void> {
  state.chunks.add(chunkNo);
  try {
    const result = await state.chunkScope.run(() =>
      processChunk.executeWithOptions({ summary: `Chunk ${chunkNo}` }, [{ batchId: state.batchId, chunkNo }]),
    );
    takeResult(state, chunkNo, result);
  } catch (error) {
    state.requeued.push(chunkNo);
    if (!isCancellation(error)) haltOn(state, error);
  } finally {
    state.chunks.delete(chunkNo);
    wake(state);
  }
}

function takeResult(state: BatchState, chunkNo: number, result: ChunkResult): void {
  if (result.totals !== null) state.totals = result.totals;
  state.lastChunk = Math.max(state.lastChunk, result.lastChunkNo ?? 0);
  if ((result.parked ?? 0) > 0) state.asksProvider = true;
  showDetails(state);
  if (result.stop === null) {
    state.probing = false;
    return;
  }
  state.requeued.push(chunkNo);
  if (result.stop === 'control') state.mustRead = true;
  if (result.stop === 'gate' && !state.gateClosed) void waitAtGate(state, result.waitMs);
}

/** The analyzer fails for everyone: one timer for the whole batch, then one chunk as the probe. */
async function waitAtGate(state: BatchState, waitMs: number): Promise<void> {
  state.gateClosed = true;
  await sleep(Math.max(waitMs, 1_000), { summary: 'The gate of the analyzer is closed' });
  state.gateClosed = false;
  state.probing = true;
  wake(state);
}
