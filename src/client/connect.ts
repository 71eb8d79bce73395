import { Client } from '@temporalio/client';
import type { Config } from '../config.ts';
import { connectTemporal } from '../dev/check-outside.ts';

export type { Client };

export interface ClientLease {
  client: Client;
  close(): Promise<void>;
}

/** A Temporal client for this address and namespace; TLS and keys come from the user's Temporal profile. */
export async function connectClient(
  config: Config,
  { address, namespace }: { address: string; namespace: string },
  env: NodeJS.ProcessEnv,
): Promise<ClientLease> {
  const connection = await connectTemporal(config, { address }, env);
  return { client: new Client({ connection, namespace }), close: () => connection.close() };
}
