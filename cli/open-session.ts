import type { Client } from '../src/client/connect.ts';
import type { Database } from '../src/db/database.ts';
import { collectBeforeWork } from '../src/steady-heap.ts';
import type { CliContext } from './context.ts';

export interface Session {
  db: Database;
  client: Client;
  webUiUrl: string | null;
  namespace: string;
  /** Temporal runs in this project's stack, and only as long as that. */
  isEmbedded: boolean;
}

/** The stack with what the command needs, a database and a Temporal client; all closed when the command ends. */
export async function openSession(context: CliContext, needs: { worker: boolean }): Promise<Session> {
  const config = context.config();
  // Loaded while the stack starts.
  const loading = import('../src/client/open-client.ts');
  const { info } = await context.stack({ temporal: true, worker: needs.worker });
  const db = await context.database();
  const { openClient } = await loading;
  const client = await openClient(config, db, info, context);
  const { webUiUrl, temporalNamespace: namespace } = info;
  collectBeforeWork();
  return { db, client, webUiUrl, namespace, isEmbedded: info.embedded.temporal };
}
