import { expect } from 'chai';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from '@temporalio/worker';
import { packageRoot } from '../../src/paths.ts';
import { workflowBundle } from '../support/batch-workers.ts';
import { installQuietRuntime } from '../support/quiet-runtime.ts';
import { readHistory, type History } from './portable-history.ts';

const folder = join(packageRoot, 'test/replay/histories');

describe('the workflow of today', function () {
  this.timeout(60_000);
  let recorded: Map<string, string>;
  before(async () => {
    installQuietRuntime();
    const names = await readdir(folder);
    const texts = names
      .sort()
      .map(async (name) => [name, await readFile(join(folder, name), 'utf8')] as const);
    recorded = new Map(await Promise.all(texts));
  });

  const replay = async (histories: Iterable<[string, History]>) => {
    const given = [...histories].map(([workflowId, history]) => ({ workflowId, history }));
    const results: [string, string | undefined][] = [];
    for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, given)) {
      results.push([workflowId, error?.name]);
    }
    return results;
  };
  const parsed = (name: string) => readHistory(recorded.get(name)!);
  const eventTypes = (prefix: string) =>
    [...recorded]
      .filter(([name]) => name.startsWith(prefix))
      .flatMap(([, text]) => [...text.matchAll(/"eventType":"EVENT_TYPE_(\w+)"/g)].map(([, type]) => type));

  it('does what it did when these histories were recorded', async () => {
    const names = [...recorded.keys()];
    const results = await replay(names.map((name) => [name, parsed(name)]));
    expect(results).to.deep.equal(names.map((name) => [name, undefined]));
  });

  it('is replayed over retries, signals, continue-as-new, a schedule and provider batches', () => {
    expect(eventTypes('batch')).to.include.members([
      'WORKFLOW_EXECUTION_SIGNALED',
      'TIMER_FIRED',
      'WORKFLOW_EXECUTION_CONTINUED_AS_NEW',
      'WORKFLOW_EXECUTION_COMPLETED',
    ]);
    expect(eventTypes('scheduled')).to.include('WORKFLOW_EXECUTION_COMPLETED');
    expect(eventTypes('provider')).to.include('WORKFLOW_EXECUTION_COMPLETED');
  });

  it('refuses a history that it would not have made', async () => {
    const tampered = parsed('batch-1.json');
    const chunk = tampered.events
      ?.map((event) => event.activityTaskScheduledEventAttributes?.activityType)
      .find((type) => type?.name === 'processChunk');
    chunk!.name = 'processDocument';
    expect(await replay([['tampered', tampered]])).to.deep.equal([['tampered', 'DeterminismViolationError']]);
  });

  it('was recorded without paths, hosts and users of a machine', () => {
    for (const [name, text] of recorded) {
      const payloads = [...text.matchAll(/"data":"([^"]*)"/g)].map(([, data]) =>
        Buffer.from(data!, 'base64').toString(),
      );
      const found = [text, ...payloads].flatMap(
        (shown) => shown.match(/\/(tmp|work|home\/\w+|Users)\/|\d+@/g) ?? [],
      );
      expect(found, name).to.deep.equal([]);
    }
  });
});
