import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { openDatabase } from '../db/database.ts';
import type { StackInfo } from '../dev/stack.ts';
import type { Client } from './connect.ts';
import { connectClient } from './connect.ts';
import { keepReconciled } from './keep-reconciled.ts';
import { reconcile } from './reconcile.ts';

/**
 * A database and a Temporal client on the servers of a stack, reconciled for as long as they are open. `onExit` gets how
 * each is closed as soon as it is open, to be called last added first.
 */
export async function openServers(
  config: Config,
  { databaseUrl, temporalAddress, temporalNamespace: namespace }: StackInfo,
  { env, onExit }: { env: NodeJS.ProcessEnv; onExit: (close: () => Promise<void>) => void },
): Promise<{ db: Database; client: Client }> {
  const db = openDatabase(databaseUrl, config.databasePoolMax);
  onExit(() => db.close());
  const { client, close } = await connectClient(config, { address: temporalAddress ?? '', namespace }, env);
  onExit(close);
  await reconcile(db, client);
  onExit(keepReconciled(db, client));
  return { db, client };
}
