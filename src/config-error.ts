/** A mistake in flags, environment or `docbatch.yaml`: exit 1, with the key, the value and what was expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly next = 'correct it; docbatch.example.yaml and temporal-dev.yaml of docbatch show what can be set';
}
