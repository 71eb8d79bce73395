import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Database } from '../src/db/database.ts';
import { packageRoot } from '../src/paths.ts';
import type { Call, ModelAnswer, ModelServer } from '../test/support/model-server.ts';
import { startModelServer } from '../test/support/model-server.ts';
import { projectFolder, runCli, startCli, type CliResult, type RunningCli } from '../test/support/run-cli.ts';
import { databaseUrl, lookInto } from './check.ts';
import { temporalAddress } from './temporal-address.ts';

/** A project with its stack up, a model on loopback that keeps a ledger, and eyes into the database. */
export interface Scene {
  folder: string;
  model: ModelServer;
  cli(...args: string[]): Promise<CliResult>;
  /** `process <name> --name <name>` over `count` new texts called `<name>-00001.txt`. */
  process(name: string, count: number, ...args: string[]): Promise<RunningCli>;
  calls(name: string): Call[];
  /** What `status --json` says. */
  status(name: string): Promise<Status>;
  row(name: string): Promise<Row>;
  items(name: string): Promise<Item[]>;
  sql: Database['query'];
  /** Temporal's own command line, on the project's server. */
  temporal(...args: string[]): Promise<string>;
  /** One more production worker on the servers of the stack. */
  worker(): Promise<ChildProcess>;
  workflowId(name: string): Promise<string>;
  remove(): Promise<void>;
}

export interface Status {
  id: string;
  status: string;
  reason: string | null;
  detail: string | null;
  counts: Record<string, number>;
  events: { event: string; actor: string; reason: string | null; at: string }[];
}

export interface Row {
  id: string;
  status: string;
  reason: string | null;
}

export interface Item {
  id: string;
  name: string;
  state: string;
  attempts: number;
  finishedAt: Date | null;
  settings: object | null;
}

/** `fate` decides by the document's name and the number of its call. */
export async function createScene(fate: (name: string, nth: number) => ModelAnswer): Promise<Scene> {
  const project = await projectFolder();
  const { folder } = project;
  const model = await startModelServer((call, nth) => fate(call.name, nth));
  const cli = (...args: string[]) => runCli(folder, ...args);
  // The database restarts at the same port with the same password.
  const query: Database['query'] = async (sql, parameters) => {
    const db = await lookInto(folder);
    try {
      return await db.query(sql, parameters);
    } finally {
      await db.close();
    }
  };
  const first = await cli('up');
  if (first.exitCode !== 0) throw new Error(`up failed: ${first.stderr}`);
  const row = async (name: string) => {
    const { rows } = await query<Row>(
      `SELECT id, status, status_reason AS reason FROM processing_batches WHERE batch_name = $1`,
      [name],
    );
    return rows[0] ?? { id: '', status: 'none', reason: null };
  };
  return {
    folder,
    model,
    cli,
    sql: query,
    row,
    process: async (name, count, ...args) => {
      await mkdir(join(folder, name));
      for (let n = 1; n <= count; n++) {
        const file = `${name}-${String(n).padStart(5, '0')}.txt`;
        await writeFile(join(folder, name, file), `Document ${n} of ${name}.\n`);
      }
      return startCli(folder, ['process', name, '--name', name, '--analyzer', model.url, '--json', ...args]);
    },
    calls: (name) => model.calls.filter((call) => call.name.startsWith(`${name}-`)),
    status: async (name) => JSON.parse((await cli('status', name, '--json')).stdout) as Status,
    items: async (name) => {
      const { rows } = await query<Item>(
        `SELECT d.id, d.name, i.state, i.attempts, i.finished_at AS "finishedAt", i.settings
         FROM batch_items i JOIN file_document d ON d.id = i.document_id JOIN processing_batches b ON b.id = i.batch_id
         WHERE b.batch_name = $1 ORDER BY d.name`,
        [name],
      );
      return rows;
    },
    temporal: async (...args) => {
      const program = join(packageRoot, '.docbatch/bin/temporal');
      const address = await temporalAddress(folder);
      const running = promisify(execFile)(program, [...args, '--address', address], { timeout: 30_000 });
      // Some of its commands ask for a confirmation.
      running.child.stdin?.end('y\n');
      return (await running).stdout;
    },
    worker: async () => {
      const child = spawn(process.execPath, [join(packageRoot, 'dist/cli/main.js'), 'worker'], {
        cwd: folder,
        env: {
          ...process.env,
          DATABASE_URL: await databaseUrl(folder),
          TEMPORAL_ADDRESS: await temporalAddress(folder),
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      });
      await new Promise<void>((resolve, reject) => {
        child.stderr.on('data', (text) => /ready/.test(String(text)) && resolve());
        child.once('exit', (code) => reject(new Error(`the worker ended with code ${code ?? 'none'}`)));
      });
      return child;
    },
    workflowId: async (name) => `batch:${(await row(name)).id}`,
    remove: async () => {
      await project.remove();
      await model.close();
    },
  };
}

/** Runs the parts of a script, or only those named on its command line, and cleans up. */
export async function runParts(scene: Scene, parts: Record<string, () => Promise<void>>): Promise<void> {
  const named = process.argv.slice(2);
  try {
    for (const [name, part] of Object.entries(parts)) {
      if (named.length > 0 && !named.includes(name)) continue;
      process.stdout.write(`${name}\n`);
      process.stdout.write(`     ${await seconds(part)} s\n`);
    }
  } finally {
    await scene.remove();
  }
}

/** How long it took, in seconds with one decimal, for the figure. */
export async function seconds(work: () => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  await work();
  return Math.round((performance.now() - startedAtMs) / 100) / 10;
}

/** Calls beyond one per document: what was repeated. */
export function repeatedCalls(calls: readonly Call[]): number {
  return calls.length - new Set(calls.map(({ document }) => document)).size;
}
