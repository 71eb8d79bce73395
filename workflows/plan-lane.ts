import type { BatchState } from './batch-state.ts';
import { wake } from './batch-state.ts';
import { haltOn } from './halt.ts';
import { planning } from './retry-policies.ts';

/** Plans page after page beside the processing, which starts with the first page. Called again after a stop, it goes on. */
export function planInBackground(state: BatchState): void {
  if (state.planned || state.planning !== null) return;
  state.stopPlanning = false;
  state.planning = plan(state).finally(() => {
    state.planning = null;
    wake(state);
  });
}

async function plan(state: BatchState): Promise<void> {
  try {
    while (!state.planned && !state.stopPlanning) {
      const page = await planning.planPage({ batchId: state.batchId });
      state.lastChunk = page.lastChunkNo;
      state.planned = page.planned;
      wake(state);
    }
  } catch (error) {
    haltOn(state, error);
  }
}
