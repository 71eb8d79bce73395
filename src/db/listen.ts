import type { Database } from './database.ts';

/** How long a lost connection is left before the next try; whoever listens polls as well. */
const RECONNECT_MS = 1_000;

/**
 * Calls back with the payload of each NOTIFY on a channel, over one connection of the pool, until it is stopped. What is
 * sent while the connection is away is missed.
 */
export function listen(
  db: Database,
  channel: string,
  onPayload: (payload: string) => void,
): () => Promise<void> {
  const stop = new AbortController();
  const isStopped = (): boolean => stop.signal.aborted;
  const stopped = new Promise<void>((resolve) =>
    stop.signal.addEventListener('abort', () => resolve(), { once: true }),
  );
  const loop = async (): Promise<void> => {
    while (!isStopped()) {
      await db
        .withClient(async (client) => {
          client.on('notification', ({ payload }) => onPayload(payload ?? ''));
          const lost = new Promise<void>((resolve) => client.once('error', () => resolve()));
          await client.query(`LISTEN ${channel}`);
          await Promise.race([lost, stopped]);
          client.removeAllListeners('notification');
          if (isStopped()) await client.query(`UNLISTEN ${channel}`);
        })
        .catch(() => undefined);
      if (!isStopped()) await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
    }
  };
  const ended = loop();
  return () => {
    stop.abort();
    return ended;
  };
}
