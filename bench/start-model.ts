import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface LedgerEntry {
  document: string;
  attempt: number;
  /** `Date.now()` of the callee when the request arrived. */
  atMs: number;
}

export interface Model {
  url: string;
  pid: number;
  /** Every call since the last `clear`, in order of arrival. */
  ledger(): Promise<LedgerEntry[]>;
  clear(): Promise<void>;
  stop(): Promise<void>;
}

export async function startModel(): Promise<Model> {
  const program = fileURLToPath(new URL('./model-main.js', import.meta.url));
  const child = spawn(process.execPath, [program], { stdio: ['pipe', 'pipe', 'inherit'] });
  const [port] = (await once(child.stdout, 'data')) as [Buffer];
  const url = `http://127.0.0.1:${port.toString().trim()}/analyze`;
  return {
    url,
    pid: child.pid!,
    ledger: async () => (await (await fetch(url)).json()) as LedgerEntry[],
    clear: async () => {
      await fetch(url, { method: 'DELETE' });
    },
    stop: async () => {
      child.stdin.end();
      await once(child, 'exit');
    },
  };
}
