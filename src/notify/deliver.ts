import { spawn } from 'node:child_process';
import { withoutSecrets } from '../analyze/without-secrets.ts';
import type { Database } from '../db/database.ts';
import { claimNotification, settleNotification } from '../db/notifications.ts';

export interface NotifierOptions {
  db: Database;
  workerId: string;
  /** What commands inherit, less our own secrets. */
  env: NodeJS.ProcessEnv;
  /** Where commands run. */
  cwd: string;
}

/** Below the time that a worker has for its drain. */
const TIMEOUT_MS = 20_000;

/** Delivers what is due in the outbox, one after the other; what fails is tried again later. */
export async function deliverNotifications(options: NotifierOptions): Promise<void> {
  const { db, workerId } = options;
  for (;;) {
    const notification = await claimNotification(db, workerId);
    if (notification === null) return;
    const { id, target, payload } = notification;
    // A receiver that was told twice (we died between telling and noting it) can know it by the id.
    const error = await deliver(target, JSON.stringify({ id, ...payload }), options).then(
      () => null,
      (problem: unknown) => (problem as Error).message,
    );
    await settleNotification(db, id, error);
  }
}

async function deliver(target: string, json: string, options: NotifierOptions): Promise<void> {
  if (!/^https?:\/\//.test(target)) return runCommand(target, json, options);
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: json,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`answered ${response.status}`);
}

function runCommand(command: string, json: string, { env, cwd }: NotifierOptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], {
      env: withoutSecrets(env),
      cwd,
      stdio: ['pipe', 'ignore', 'ignore'],
      timeout: TIMEOUT_MS,
    });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`exit ${String(code ?? signal)}`)),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(json);
  });
}
