import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../../src/dev/free-port.ts';
import { temporalExecutable } from '../../src/dev/temporal-executable.ts';
import { loadTemporalSpec } from '../../src/dev/temporal-spec.ts';
import { startTemporal, type RunningTemporal } from '../../src/dev/temporal.ts';
import { packageRoot } from '../../src/paths.ts';

/** The one Temporal server of this mocha run, in memory; use a task queue and workflow ids of your own. */
export async function testTemporal(): Promise<{ address: string; namespace: string }> {
  const { temporal } = await (server ??= start());
  return { address: temporal.address, namespace: temporal.namespace };
}

/** Called by the root hook; nothing happens when no test asked for a server. */
export async function stopTestTemporal(): Promise<void> {
  const running = await server?.catch(() => undefined);
  server = undefined;
  await running?.temporal.process.stop();
  if (running !== undefined) await rm(running.folder, { recursive: true, force: true });
}

/** Continue-as-new is suggested after this many events instead of 4,096, so that a small batch goes through it. */
const HASTY = { 'limit.historyCount.suggestContinueAsNew': 300 };

let server: Promise<{ temporal: RunningTemporal; folder: string }> | undefined;

async function start(): Promise<{ temporal: RunningTemporal; folder: string }> {
  const folder = await mkdtemp(join(tmpdir(), 'docbatch-test-temporal-'));
  const output: Buffer[] = [];
  const spec = loadTemporalSpec(packageRoot);
  const temporal = await startTemporal({
    executable: await temporalExecutable(join(packageRoot, '.docbatch'), process.env),
    spec: { ...spec, dynamicConfig: { ...spec.dynamicConfig, ...HASTY } },
    stateDir: folder,
    port: await freePort(),
    uiPort: 0,
    durable: false,
    removeAfter: folder,
    onOutput: (chunk) => output.push(chunk),
  }).catch((error: unknown) => {
    throw new Error(`The test Temporal server did not start:\n${Buffer.concat(output).toString()}`, {
      cause: error,
    });
  });
  return { temporal, folder };
}
