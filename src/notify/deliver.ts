import { spawn } from 'node:child_process';
import type { Database } from '../db/database.ts';
import { claimNotification, settleNotification } from '../db/notifications.ts';

const TIMEOUT_MS = 30_000;

/** Delivers what is due in the outbox, one after the other; what fails is tried again later. */
export async function deliverNotifications(db: Database): Promise<void> {
  for (;;) {
    const notification = await claimNotification(db);
    if (notification === null) return;
    const error = await deliver(notification.target, JSON.stringify(notification.payload)).then(
      () => null,
      (problem: unknown) => (problem as Error).message,
    );
    await settleNotification(db, notification.id, error);
  }
}

async function deliver(target: string, json: string): Promise<void> {
  if (!/^https?:\/\//.test(target)) return runCommand(target, json);
  const response = await fetch(target, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: json,
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new Error(`answered ${response.status}`);
}

function runCommand(command: string, json: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn('sh', ['-c', command], { stdio: ['pipe', 'ignore', 'ignore'], timeout: TIMEOUT_MS });
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      code === 0 ? resolve() : reject(new Error(`exit ${String(code ?? signal)}`)),
    );
    child.stdin.on('error', () => undefined);
    child.stdin.end(json);
  });
}
