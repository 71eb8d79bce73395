import type { Database } from './database.ts';

export interface GateNews {
  stop(): Promise<void>;
}

const AGAIN_MS = 1_000;

/**
 * Hears of every gate that closes or opens, within milliseconds; holds one connection for it, and takes another when it
 * breaks. What is missed meanwhile the ticker finds.
 */
export function listenForGates(db: Database, onNews: (provider: string) => void): GateNews {
  let isStopped = false;
  let wakeUp: () => void = () => undefined;
  const pause = (ms: number | null) =>
    new Promise<void>((resolve) => {
      const timer = ms === null ? undefined : setTimeout(resolve, ms);
      wakeUp = () => {
        clearTimeout(timer);
        resolve();
      };
    });

  const listen = (): Promise<void> =>
    db.withClient(async (client) => {
      const hear = ({ payload }: { payload?: string | undefined }) => onNews(payload ?? '');
      const broken = () => wakeUp();
      client.on('notification', hear);
      client.once('error', broken);
      client.once('end', broken);
      try {
        await client.query('LISTEN docbatch_gate');
        if (!stopped()) await pause(null);
        await client.query('UNLISTEN docbatch_gate');
      } finally {
        client.off('notification', hear);
        client.off('error', broken);
        client.off('end', broken);
      }
    });
  const stopped = () => isStopped;

  const loop = async (): Promise<void> => {
    while (!stopped()) {
      await listen().catch(() => undefined);
      if (!stopped()) await pause(AGAIN_MS);
    }
  };
  const ended = loop();
  return {
    stop: () => {
      isStopped = true;
      wakeUp();
      return ended;
    },
  };
}
