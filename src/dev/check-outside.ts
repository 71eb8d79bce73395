import type { Connection } from '@temporalio/client';
import type { Config } from '../config.ts';
import { openDatabase } from '../db/database.ts';
import { temporalProfile, type OutsideParts } from './outside.ts';
import { StackError } from './stack-error.ts';
import { loadTemporalSpec } from './temporal-spec.ts';

/** Throws with host and database, never the password, when DATABASE_URL does not lead to a PostgreSQL. */
export async function checkOutsideDatabase(url: string): Promise<void> {
  const db = openDatabase(url, 1);
  try {
    await db.query('SELECT 1');
  } catch (error) {
    throw new StackError(`Cannot reach PostgreSQL at \`${withoutSecrets(url)}\``, {
      why: (error as Error).message || (error as { code?: string }).code || 'no answer',
      next: 'start it, correct DATABASE_URL, or unset DATABASE_URL to use the embedded server',
      cause: error,
    });
  } finally {
    await db.close();
  }
}

/** `host:port/database`. */
export function withoutSecrets(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname || 'localhost'}:${port || '5432'}${pathname}`;
  } catch {
    return 'an address that is not a URL';
  }
}

/** Throws when the server or the namespace is not there; search attributes are added where we may. */
export async function checkOutsideTemporal(
  config: Config,
  outside: NonNullable<OutsideParts['temporal']>,
  env: NodeJS.ProcessEnv,
): Promise<void> {
  const { address, namespace } = outside;
  const connection = await connectTemporal(config, outside, env);
  try {
    await connection.withDeadline(Date.now() + 5_000, () =>
      connection.workflowService.describeNamespace({ namespace }),
    );
    const { addMissingSearchAttributes } = await import('./namespace.ts');
    await addMissingSearchAttributes(connection, {
      ...loadTemporalSpec(config.projectDir),
      namespace,
    }).catch(() => undefined);
  } catch (error) {
    throw new StackError(`Temporal at \`${address}\` does not serve the namespace \`${namespace}\``, {
      why: (error as Error).message,
      next: `temporal operator namespace create ${namespace} --address ${address}, or set TEMPORAL_NAMESPACE`,
      cause: error,
    });
  } finally {
    await connection.close();
  }
}

/** Loads the client only now: it takes longer than all the rest, and commands that only read the database do without. */
export async function connectTemporal(
  config: Config,
  { address }: { address: string },
  env: NodeJS.ProcessEnv,
): Promise<Connection> {
  const { connectionOptions } = temporalProfile(config, env);
  const { Connection } = await import('@temporalio/client');
  try {
    return await Connection.connect({ ...connectionOptions, address, connectTimeout: '5s' });
  } catch (error) {
    throw new StackError(`Cannot reach Temporal at \`${address}\``, {
      why: (error as Error).message,
      next: 'start it, correct TEMPORAL_ADDRESS (or the profile), or unset it to use the embedded server',
      cause: error,
    });
  }
}
