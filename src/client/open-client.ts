import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import type { StackInfo } from '../dev/stack.ts';
import type { Client } from './connect.ts';
import { connectClient } from './connect.ts';
import { keepReconciled } from './keep-reconciled.ts';
import { reconcile } from './reconcile.ts';

/**
 * A Temporal client on the servers of a stack, with which the database is reconciled for as long as it is open. `onExit`
 * gets how it is closed as soon as it is open, to be called last added first.
 */
export async function openClient(
  config: Config,
  db: Database,
  { temporalAddress, temporalNamespace: namespace }: StackInfo,
  { env, onExit }: { env: NodeJS.ProcessEnv; onExit: (close: () => Promise<void>) => void },
): Promise<Client> {
  const { client, close } = await connectClient(config, { address: temporalAddress ?? '', namespace }, env);
  onExit(close);
  await reconcile(db, client);
  onExit(keepReconciled(db, client));
  return client;
}
