import { fileURLToPath } from 'node:url';
import { NativeConnection, Runtime, Worker, makeTelemetryFilterString } from '@temporalio/worker';
import { createActivities } from '../../activities/index.ts';
import { createSummarizer } from '../analyze/claude/create-summarizer.ts';
import type { ClaudeParameters } from '../analyze/create-analyzer.ts';
import { createAnalyzer } from '../analyze/create-analyzer.ts';
import { connectClient } from '../client/connect.ts';
import { reconcile } from '../client/reconcile.ts';
import type { Config } from '../config.ts';
import type { Database } from '../db/database.ts';
import { openDatabase } from '../db/database.ts';
import { readTaskQueue } from '../db/installation.ts';
import { registerWorker, removeWorker } from '../db/workers.ts';
import { temporalProfile } from '../dev/outside.ts';
import { controlQueueOf } from '../domain/ids.ts';
import type { Recipe } from '../domain/recipe.ts';
import type { Engine } from '../engine/engine.ts';
import { createEngine } from '../engine/engine.ts';
import { createRoom } from '../engine/room.ts';
import { createProviderDriver } from '../engine/provider-driver.ts';
import type { Logger } from '../log.ts';
import { deliverNotifications } from '../notify/deliver.ts';
import { isProcessAlive } from '../is-process-alive.ts';
import { createSandbox } from '../sandbox/pool.ts';
import { readPasswords } from '../sandbox/read-passwords.ts';
import { version } from '../version.ts';
import { ocrFolder, sandboxOptions } from '../sandbox/sandbox-options.ts';
import { every } from './every.ts';
import type { DiskLimit } from './watch-disk.ts';
import { watchDisk } from './watch-disk.ts';

export interface WorkerOptions {
  config: Config;
  env: NodeJS.ProcessEnv;
  log: Logger;
  workerId: string;
  host: string;
  slots: number;
  /** Only where the servers' data lies on this machine. */
  diskLimit?: DiskLimit;
  /** `host:port` where Prometheus finds the metrics of Temporal's SDK: tasks, polls, slots, latencies. */
  metricsAddress?: string;
  /** Aborted: drain and end. */
  signal: AbortSignal;
  onReady(): void;
}

/** What is in a slot may finish for this long after SIGTERM; the whole drain stays below 30 s. */
const DRAIN_MS = 22_000;
const RECONCILE_MS = 5_000;
const NOTIFY_MS = 1_000;
const DISK_MS = 2_000;

/**
 * Polls open at once per queue. Each open poll of a worker that is frozen swallows one task until its time-out, so they
 * are few; at 5 ms a poll two fetch hundreds of tasks a second, and a task is a chunk or a retry. (SDK 1.24 ignores
 * `maxConcurrentActivityTaskPolls`.)
 */
const polls = { type: 'simple-maximum', maximum: 2 } as const;

/** The production worker: polls both task queues until `signal`, then drains. */
export async function runWorker(options: WorkerOptions): Promise<void> {
  const { config, env, log, workerId, signal, diskLimit, metricsAddress } = options;
  const address = env.TEMPORAL_ADDRESS ?? config.temporal.address ?? 'localhost:7233';
  const namespace = env.TEMPORAL_NAMESPACE ?? config.temporal.namespace ?? 'default';
  Runtime.install({
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'ERROR' }), forward: {} },
      ...(metricsAddress === undefined ? {} : { metrics: { prometheus: { bindAddress: metricsAddress } } }),
    },
    logger: forwardTo(log),
  });
  const db = openDatabase(config.databaseUrl ?? '', config.databasePoolMax);
  const sandbox = createSandbox({
    ...sandboxOptions(config.limits),
    passwords: readPasswords(config.passwordsFile, config.projectDir),
    ocrDataFolder: ocrFolder(config),
  });
  const register = () => enter(db, options);
  await register();
  const analyzerOf = ({ analyzer, parameters }: Recipe) => {
    const deps = { answerLocally: sandbox.answerLocally, env, cwd: config.projectDir };
    const { prices } = config.claude;
    const claude = { prices, ground: sandbox.ground, maxPictures: config.limits.maxPictures };
    return createAnalyzer(analyzer, { ...deps, claude }, parameters);
  };
  const engine = createEngine({
    db,
    sandbox,
    workerId,
    slots: options.slots,
    register,
    rssBytes: () => process.memoryUsage.rss() + sandbox.rssBytes(),
    createAnalyzer: analyzerOf,
    pictureRoom: createRoom(),
  });
  const { maxRequests, maxBytes, ...others } = config.claude.batches;
  const provider = createProviderDriver({
    ...{ db, createAnalyzer: analyzerOf, requests: maxRequests, sizeBytes: maxBytes },
    ...others,
  });
  const createSummarizerOf = ({ parameters }: Pick<Recipe, 'parameters'>) => {
    const { baseUrl } = parameters as Partial<ClaudeParameters>;
    return createSummarizer({ env, baseUrl: baseUrl ?? null, prices: config.claude.prices });
  };
  const summaries = { db, workerId, createSummarizer: createSummarizerOf };
  const { connectionOptions } = temporalProfile(config, env);
  const connection = await NativeConnection.connect({ ...connectionOptions, address });
  const client = await connectClient(config, { address, namespace }, env);
  const activities = createActivities({ db, engine, provider, summaries });
  const workers = await createWorkers(
    { connection, namespace, taskQueue: await readTaskQueue(db) },
    activities,
  );
  const chores = [
    every(RECONCILE_MS, () => reconcile(db, client.client, 'turns'), log),
    every(NOTIFY_MS, () => deliverNotifications({ db, workerId, env, cwd: config.projectDir }), log),
    ...(diskLimit === undefined ? [] : [every(DISK_MS, () => watchDisk(db, client.client, diskLimit), log)]),
  ];
  const running = Promise.all(workers.map((worker) => worker.run()));
  options.onReady();
  sandbox.warmUp();
  const stopChores = () => Promise.all(chores.map((stop) => stop()));
  const drainNow = () => {
    drain(engine, workers);
    void stopChores();
  };
  if (signal.aborted) drainNow();
  else signal.addEventListener('abort', drainNow, { once: true });
  try {
    await running;
  } finally {
    await stopChores();
    await engine.close();
    await sandbox.close();
    await removeWorker(db, workerId).catch(() => undefined);
    await client.close();
    await connection.close();
    await db.close();
  }
}

function createWorkers(
  queue: { connection: NativeConnection; namespace: string; taskQueue: string },
  activities: ReturnType<typeof createActivities>,
): Promise<Worker[]> {
  const shared = {
    ...queue,
    activityTaskPollerBehavior: polls,
    maxHeartbeatThrottleInterval: '1s',
    defaultHeartbeatThrottleInterval: '1s',
    shutdownGraceTime: '25s',
    shutdownForceTime: '29s',
  } as const;
  return Promise.all([
    Worker.create({
      ...shared,
      workflowBundle: { codePath: fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url)) },
      stickyQueueScheduleToStartTimeout: '2s',
      maxCachedWorkflows: 100,
      maxConcurrentActivityTaskExecutions: 400,
      maxConcurrentWorkflowTaskExecutions: 10,
      workflowTaskPollerBehavior: polls,
      activities: { ...activities.batch },
    }),
    Worker.create({
      ...shared,
      taskQueue: controlQueueOf(queue.taskQueue),
      maxConcurrentActivityTaskExecutions: 200,
      activities: { ...activities.control },
    }),
  ]);
}

/** Nothing new starts; what is in a slot may finish, then it is put back. */
function drain(engine: Engine, workers: readonly Worker[]): void {
  engine.drain();
  setTimeout(() => engine.abort(), DRAIN_MS).unref();
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}

function enter(db: Database, { workerId, host, slots }: WorkerOptions): Promise<void> {
  return registerWorker(db, { id: workerId, host, pid: process.pid, slots, version }, isProcessAlive);
}

function forwardTo(log: Logger) {
  const write = (level: 'trace' | 'debug' | 'info' | 'warn' | 'error') => (message: string, meta?: object) =>
    log[level](meta ?? {}, message);
  return {
    log: (level: string, message: string, meta?: object) => {
      if (level === 'ERROR') log.error(meta ?? {}, message);
      else if (level === 'WARN') log.warn(meta ?? {}, message);
      else log.debug(meta ?? {}, message);
    },
    trace: write('trace'),
    debug: write('debug'),
    info: write('debug'),
    warn: write('warn'),
    error: write('error'),
  };
}
