import { createHash } from 'node:crypto';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import type { Config } from '../config.ts';
import { ConfigError } from '../config-error.ts';

/** Which parts someone else runs. Null: ours, embedded. */
export interface OutsideParts {
  databaseUrl: string | null;
  temporal: { address: string; namespace: string } | null;
}

/** DATABASE_URL (or `databaseUrl`), and TEMPORAL_ADDRESS, `temporal.address` or a Temporal profile with an address. */
export function outsideParts(config: Config, env: NodeJS.ProcessEnv): OutsideParts {
  return { databaseUrl: config.databaseUrl ?? null, temporal: outsideTemporal(config, env) };
}

function outsideTemporal(config: Config, env: NodeJS.ProcessEnv): OutsideParts['temporal'] {
  const fromProfile = temporalProfile(config, env);
  const address = env.TEMPORAL_ADDRESS || config.temporal.address || fromProfile.connectionOptions.address;
  if (!address) return null;
  const namespace = env.TEMPORAL_NAMESPACE || config.temporal.namespace || fromProfile.namespace;
  return { address, namespace: namespace || 'default' };
}

/** How to reach an outside Temporal: address, TLS, key; of `temporal.profile`, TEMPORAL_PROFILE or the default profile. */
export function temporalProfile(
  config: Config,
  env: NodeJS.ProcessEnv,
): ReturnType<typeof loadClientConnectConfig> {
  const profile = config.temporal.profile ?? env.TEMPORAL_PROFILE;
  const overrideEnvVars = Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
  );
  try {
    return loadClientConnectConfig({ ...(profile === undefined ? {} : { profile }), overrideEnvVars });
  } catch (error) {
    throw new ConfigError(
      `Cannot use the Temporal profile \`${profile ?? 'default'}\`: ${(error as Error).message}`,
    );
  }
}

/** Two commands share a keeper only when they mean the same servers; secrets do not show in it. */
export function fingerprint(outside: OutsideParts): string {
  return createHash('sha256').update(JSON.stringify(outside)).digest('hex').slice(0, 16);
}
