import { setMaxListeners } from 'node:events';

/** Calls `listener` once at the abort; the result takes it off again. One signal may serve hundreds of calls at once. */
export function onAbort(signal: AbortSignal, listener: () => void): () => void {
  // Else Node warns of a leak from the 11th call in flight on.
  setMaxListeners(0, signal);
  signal.addEventListener('abort', listener, { once: true });
  return () => signal.removeEventListener('abort', listener);
}
