import { CancelledFailure, Context } from '@temporalio/activity';
import type { Engine } from '../src/engine/engine.ts';
import { toApplicationFailure } from './failures.ts';
import { withHeartbeat } from './heartbeat.ts';
import type { ChunkRef, ChunkResult } from './types.ts';

/** Feeds the open items of one chunk to the worker's slots; what failed transiently stays behind as `retrying` rows. */
export async function processChunk(engine: Engine, { batchId, chunkNo }: ChunkRef): Promise<ChunkResult> {
  const { cancellationSignal } = Context.current();
  try {
    const { ends, stop, waitMs, batch } = await withHeartbeat(() =>
      engine.runChunk(batchId, chunkNo, cancellationSignal),
    );
    if (cancellationSignal.aborted && stop !== null && stop !== 'draining')
      throw new CancelledFailure('Handed back');
    const { completed, failed, retrying, parked, returned } = ends;
    const { totals, lastChunkNo } = batch.view;
    return { completed, failed, retrying, parked, handedBack: returned, stop, waitMs, totals, lastChunkNo };
  } catch (error) {
    throw toApplicationFailure(error);
  }
}
