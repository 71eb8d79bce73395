import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { Context } from '@temporalio/activity';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { NativeConnection, Worker } from '@temporalio/worker';
import { expect } from 'chai';
import { batchWorkflowType, controlQueueOf } from '../../src/domain/ids.ts';
import { packageRoot } from '../../src/paths.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { testTemporal } from '../support/temporal.ts';

describe('priority', function () {
  this.timeout(60_000);

  it('of a workflow is that of its activities', async () => {
    installQuietRuntime();
    const { address, namespace } = await testTemporal();
    const native = await NativeConnection.connect({ address });
    const connection = await Connection.connect({ address });
    const taskQueue = `priority-${randomUUID()}`;
    const seen: (number | undefined)[] = [];
    const readOrders = (): Promise<never> => {
      seen.push(Context.current().info.priority?.priorityKey);
      return Promise.reject(ApplicationFailure.nonRetryable('seen'));
    };
    const bundle = { codePath: join(packageRoot, 'dist/workflow-bundle.js') };
    const workers = await Promise.all([
      Worker.create({ connection: native, namespace, taskQueue, workflowBundle: bundle }),
      Worker.create({
        connection: native,
        namespace,
        taskQueue: controlQueueOf(taskQueue),
        activities: { readOrders },
      }),
    ]);
    const client = new Client({ connection, namespace });
    const run = () =>
      client.workflow.execute(batchWorkflowType, {
        workflowId: `priority:${randomUUID()}`,
        taskQueue,
        args: [{ batchId: randomUUID() }],
        priority: { priorityKey: 1 },
      });
    try {
      const [queue, control] = workers;
      const failure: unknown = await queue.runUntil(control.runUntil(run().catch((error: unknown) => error)));
      expect([seen, (failure as Error).name]).to.deep.equal([[1], 'WorkflowFailedError']);
    } finally {
      await connection.close();
      await native.close();
    }
  });
});
