import { pino, type Logger } from 'pino';

export type { Logger };

/** JSON lines to stderr; never to stdout, which carries answers only. Secrets are redacted by key. */
export function createLogger(name: string, level = process.env.DOCBATCH_LOG_LEVEL ?? 'info'): Logger {
  return pino(
    {
      name,
      level,
      redact: {
        paths: ['password', '*.password', 'apiKey', '*.apiKey', 'databaseUrl', '*.databaseUrl'],
        censor: '[redacted]',
      },
    },
    pino.destination({ dest: 2, sync: true }),
  );
}
