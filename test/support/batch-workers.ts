import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import type { createActivities } from '../../activities/index.ts';
import { controlQueueOf } from '../../src/domain/ids.ts';
import { installQuietRuntime } from './quiet-runtime.ts';
import { testTemporal } from './temporal.ts';

export interface BatchWorkers {
  client: Client;
  /** Ends what is still open on the server, then the workers. */
  stop(): Promise<void>;
}

/** The bundle of `npm run build`, as the production worker loads it. */
export const testTaskQueue = 'docbatch-test';

export const workflowBundle = {
  codePath: fileURLToPath(new URL('../../workflow-bundle.js', import.meta.url)),
};

/**
 * Workers for `BatchWorkflow` with these activities, on the test server. The queues' names are part of the workflow, so
 * only one set may run at a time; batches differ by workflow id.
 */
export async function startWorkers(activities: ReturnType<typeof createActivities>): Promise<BatchWorkers> {
  installQuietRuntime();
  const { address, namespace } = await testTemporal();
  const native = await NativeConnection.connect({ address });
  const connection = await Connection.connect({ address });
  const client = new Client({ connection, namespace, identity: 'test' });
  const shared = {
    connection: native,
    namespace,
    identity: 'test',
    maxHeartbeatThrottleInterval: '100ms',
    defaultHeartbeatThrottleInterval: '100ms',
    shutdownGraceTime: '1s',
    shutdownForceTime: '5s',
  } as const;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: testTaskQueue,
      workflowBundle,
      maxConcurrentActivityTaskExecutions: 400,
      activities: { ...activities.batch },
    }),
    Worker.create({
      ...shared,
      taskQueue: controlQueueOf(testTaskQueue),
      activities: { ...activities.control },
    }),
  ]);
  const running = Promise.all(workers.map((worker) => worker.run()));
  return {
    client,
    stop: async () => {
      try {
        await terminateAll(client);
      } finally {
        for (const worker of workers) worker.shutdown();
        await running;
        await connection.close();
        await native.close();
      }
    },
  };
}

/** A workflow that a failed test left open would be the next worker's. */
async function terminateAll(client: Client): Promise<void> {
  const open = client.workflow.list({ query: `ExecutionStatus = 'Running'` });
  for await (const { workflowId } of open) {
    await client.workflow
      .getHandle(workflowId)
      .terminate()
      .catch(() => undefined);
  }
}
