import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { packageRoot } from '../src/paths.ts';
import type { LedgerEntry, LedgerTotals } from '../test/support/claude-simulator/ledger.ts';
import type { SimulatorSettings } from '../test/support/claude-simulator/settings.ts';
import { runCli } from '../test/support/run-cli.ts';

export interface Simulator {
  url: string;
  set(changes: Partial<SimulatorSettings>): Promise<void>;
  ledger(): Promise<{ totals: LedgerTotals; entries: LedgerEntry[] }>;
  totals(): Promise<LedgerTotals>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

/** The simulator in a process of its own, as `npm run claude-sim` starts it; the command lines that follow use it. */
export async function startSimulator(
  changes: Partial<SimulatorSettings> = {},
  heapMb = 4_096,
): Promise<Simulator> {
  const main = join(packageRoot, 'dist/test/support/claude-simulator/main.js');
  const child = spawn(
    process.execPath,
    [`--max-old-space-size=${heapMb}`, main, '--port', '0', '--latency', '0'],
    {
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const url = await new Promise<string>((resolve, reject) => {
    child.once('error', reject);
    child.stdout.on('data', (text: Buffer) => {
      const found = /http:\/\/127\.0\.0\.1:\d+/.exec(text.toString());
      if (found !== null) resolve(found[0]);
    });
  });
  process.env.ANTHROPIC_BASE_URL = url;
  process.env.ANTHROPIC_API_KEY = 'sk-simulated';
  const post = async (path: string, body: unknown): Promise<void> => {
    await fetch(`${url}/_sim/${path}`, { method: 'POST', body: JSON.stringify(body) });
  };
  const simulator: Simulator = {
    url,
    set: (next) => post('settings', next),
    ledger: async () => (await fetch(`${url}/_sim/ledger`)).json() as ReturnType<Simulator['ledger']>,
    totals: async () => (await fetch(`${url}/_sim/totals`)).json() as Promise<LedgerTotals>,
    clear: () => post('clear', {}),
    close: () =>
      new Promise((resolve) => {
        child.once('close', () => resolve());
        child.kill('SIGTERM');
      }),
  };
  await simulator.set(changes);
  return simulator;
}

export interface ProcessJson {
  status: string;
  reason: string | null;
  exitCode: number;
  money: { spentNanoUsd: number };
  counts: Record<string, number>;
  documents: {
    name: string;
    state: string;
    code: string | null;
    cached: boolean;
    costNanoUsd: number;
    inputTokens: number;
    outputTokens: number;
    result: Record<string, unknown> | null;
  }[];
}

/** A command that ends with `--json`; throws with what it said when it printed none. */
export async function runJson(folder: string, ...args: string[]): Promise<ProcessJson & { stderr: string }> {
  const { stdout, stderr, exitCode } = await runCli(folder, ...args, '--json');
  try {
    const answer = JSON.parse(stdout) as ProcessJson;
    return { ...answer, exitCode: exitCode ?? -1, stderr };
  } catch (error) {
    throw new Error(
      `no JSON from ${args.join(' ')} (exit ${exitCode}): ${(error as Error).message}; ${stdout.length} characters, the last: ${stdout.slice(-200)} ${stderr.slice(-500)}`,
    );
  }
}

/** Letters of different lengths, each with a text of its own. */
export function letter(n: number): string {
  const lines = Array.from(
    { length: 3 + (n % 17) },
    (_, line) =>
      `Point ${line} of letter ${n}: press ${(n * 7 + line) % 13} needs ${n + line} sheets by Friday.`,
  );
  return `Letter number ${n}\n\n${lines.join('\n')}\n`;
}
