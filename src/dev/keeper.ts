import type { Config } from '../config.ts';
import { openDatabase, type Database } from '../db/database.ts';
import { hasDetachedWork, pauseInterrupted } from '../db/interrupted.ts';
import { embeddedPostgres } from './embedded-postgres.ts';
import { embeddedTemporal } from './embedded-temporal.ts';
import type { KeeperState } from './keeper-protocol.ts';
import { migrateDatabase } from './migrate-database.ts';
import type { OutsideParts } from './outside.ts';
import { checkOutsideDatabase, checkOutsideTemporal } from './check-outside.ts';
import type { Part, Running } from './part.ts';
import type { StackInfo, StackNeeds, StackStep } from './stack.ts';
import { reportMemory } from './report-memory.ts';
import { workerPart } from './worker-part.ts';

export interface Keeper {
  /** Starts what is missing; called once per lease, in parallel at will. */
  ensure(needs: StackNeeds, lease: { again: boolean; onInterrupted: OnInterrupted }): Promise<StackInfo>;
  /** True while a detached batch runs on a worker of this stack. */
  hasDetachedWork(): Promise<boolean>;
  parts(): KeeperState['parts'];
  /** Drains the worker, then stops the servers. */
  stop(): Promise<void>;
}

type OnInterrupted = (batches: { id: string; name: string | null }[]) => void;

export interface KeeperOptions {
  config: Config;
  outside: OutsideParts;
  env: NodeJS.ProcessEnv;
  onStep: (step: StackStep) => void;
}

/** Owns the parts of one project's stack; who needs them is keeper-server.ts's concern. */
export function createKeeper(options: KeeperOptions): Keeper {
  const { config, outside, onStep } = options;
  const postgres = outside.databaseUrl === null ? embeddedPostgres(options) : null;
  const temporal = outside.temporal === null ? embeddedTemporal(options) : null;
  let worker: Part<Running> | null = null;
  let db: Database | null = null;
  let prepared: Promise<string> | null = null;
  let isStopping = false;
  let stopReporting: (() => void) | null = null;

  /** Once per keeper: server, tables, and the batches that an earlier stack left running. */
  const prepareDatabase = async (again: boolean, onInterrupted: OnInterrupted): Promise<string> => {
    const url = postgres === null ? outside.databaseUrl! : (await postgres.ensure()).url;
    if (postgres === null) await checkOutsideDatabase(url);
    db ??= openDatabase(url, 2);
    await migrateDatabase(db, onStep);
    stopReporting ??= reportMemory(db);
    // Others may work on an outside database right now.
    if (postgres !== null && !again) {
      const batches = await pauseInterrupted(db);
      if (batches.length > 0) onInterrupted(batches);
    }
    return url;
  };

  return {
    ensure: async (needs, { again, onInterrupted }) => {
      if (outside.temporal !== null && (needs.temporal || needs.worker)) {
        // Before the tables are touched: what cannot work must leave nothing behind.
        if (outside.databaseUrl !== null) await checkOutsideDatabase(outside.databaseUrl);
        await checkOutsideTemporal(config, outside.temporal, options.env);
      }
      prepared ??= prepareDatabase(again, onInterrupted);
      prepared.catch(() => (prepared = null));
      const databaseUrl = await prepared;
      await postgres?.ensure();
      const info: StackInfo = {
        databaseUrl,
        temporalAddress: null,
        temporalNamespace: outside.temporal?.namespace ?? 'default',
        webUiUrl: null,
        embedded: { postgres: postgres !== null, temporal: temporal !== null },
      };
      if (!needs.temporal && !needs.worker) return info;
      if (temporal === null) {
        info.temporalAddress = outside.temporal!.address;
      } else {
        const running = await temporal.ensure();
        info.temporalAddress = running.address;
        info.temporalNamespace = running.namespace;
        info.webUiUrl = running.webUiUrl;
      }
      if (needs.worker && !isStopping) {
        worker ??= workerPart(options, info);
        await worker.ensure();
      }
      return info;
    },
    hasDetachedWork: async () => {
      if (worker === null || db === null) return false;
      // A database that is just restarting says nothing about its batches.
      return hasDetachedWork(db).catch(() => true);
    },
    parts: () =>
      Object.entries({ postgres, temporal, worker }).flatMap(([part, owned]) => describe(part, owned)),
    stop: async () => {
      isStopping = true;
      stopReporting?.();
      await worker?.stop();
      await temporal?.stop();
      await db?.close();
      await postgres?.stop();
    },
  };
}

function describe(part: string, owned: Part<Running> | null): KeeperState['parts'] {
  const running = owned?.current() ?? null;
  return running === null ? [] : [{ part, groupId: running.process.groupId, detail: running.detail }];
}
