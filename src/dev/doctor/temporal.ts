import type { Connection } from '@temporalio/client';
import { connectTemporal } from '../check-outside.ts';
import { outsideParts } from '../outside.ts';
import { isNewEnough, oldestServer } from '../temporal-executable.ts';
import { loadTemporalSpec } from '../temporal-spec.ts';
import { check, type Check } from './check.ts';
import type { Surroundings } from './examine.ts';

/** An outside Temporal is only looked at; the embedded server is started. */
export async function* examineTemporal(
  { config, env, stack }: Surroundings,
  hasDatabase: boolean,
): AsyncGenerator<Check> {
  const outside = outsideParts(config, env).temporal;
  const found: { address?: string; namespace?: string; connection?: Connection } = { ...outside };
  if (outside === null && !hasDatabase) {
    yield { name: 'temporal', state: 'skip', detail: 'the embedded server starts after the database' };
    return;
  }
  yield check('temporal', async () => {
    if (outside === null) {
      const { info } = await stack({ temporal: true, worker: false });
      found.address = info.temporalAddress!;
      found.namespace = info.temporalNamespace;
    }
    const address = found.address!;
    found.connection = await connectTemporal(config, { address }, env);
    const { serverVersion } = await found.connection.workflowService.getSystemInfo({});
    const detail = `answers at ${address}, server ${serverVersion}`;
    if (isNewEnough(serverVersion)) return { state: 'ok', detail };
    return {
      state: 'warn',
      detail: `${detail}: priority needs ${oldestServer} or newer`,
      mend: `run a Temporal server ${oldestServer} or newer`,
    };
  });
  const { connection, namespace, address } = found;
  if (connection === undefined || namespace === undefined || address === undefined) {
    yield { name: 'namespace', state: 'skip', detail: 'without Temporal' };
    yield { name: 'search attributes', state: 'skip', detail: 'without Temporal' };
    return;
  }
  yield* examineNamespace(connection, { namespace, address, projectDir: config.projectDir });
}

async function* examineNamespace(
  connection: Connection,
  place: { namespace: string; address: string; projectDir: string },
): AsyncGenerator<Check> {
  const { namespace, address } = place;
  const at = `--namespace ${namespace} --address ${address}`;
  try {
    const found = await check('namespace', async () => {
      await connection.workflowService.describeNamespace({ namespace });
      return { state: 'ok', detail: `\`${namespace}\` exists` };
    });
    const isThere = found.state === 'ok';
    const mend = `temporal operator namespace create ${at}, or set TEMPORAL_NAMESPACE`;
    yield isThere ? found : { ...found, detail: `no namespace \`${namespace}\`: ${found.detail}`, mend };
    if (!isThere) {
      yield { name: 'search attributes', state: 'skip', detail: 'without a namespace' };
      return;
    }
    yield check('search attributes', async () => {
      const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
      const wanted = Object.entries(loadTemporalSpec(place.projectDir).searchAttributes);
      const missing = wanted.filter(([name]) => !(name in customAttributes));
      if (missing.length === 0) return { state: 'ok', detail: wanted.map(([name]) => name).join(', ') };
      // Runs go on without them; only searching in the Web UI suffers.
      return {
        state: 'warn',
        detail: `missing: ${missing.map(([name]) => name).join(', ')}; batches run without them`,
        mend: missing
          .map(
            ([name, type]) => `temporal operator search-attribute create --name ${name} --type ${type} ${at}`,
          )
          .join(' && '),
      };
    }).then((answer): Check =>
      answer.state === 'broken'
        ? {
            ...answer,
            state: 'warn',
            detail: `may not be listed: ${answer.detail}; batches run without them`,
          }
        : answer,
    );
  } finally {
    await connection.close();
  }
}
