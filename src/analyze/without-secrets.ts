const secretNames =
  /^(DATABASE_URL|PGPASSWORD|PGPASSFILE|ANTHROPIC_(API_KEY|AUTH_TOKEN)|DOCBATCH_.*|TEMPORAL_.*)$/i;

/** The environment that programs of others inherit: ours without database, Temporal and API credentials. */
export function withoutSecrets(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !secretNames.test(name)));
}
