import { setFlagsFromString } from 'node:v8';

/**
 * Called first in every program of ours. By default V8 lets a heap double before it collects: memory would grow with the
 * number of documents. A third more is collected as fast.
 */
export function keepHeapSteady(): void {
  setFlagsFromString('--heap-growing-percent=30');
}
