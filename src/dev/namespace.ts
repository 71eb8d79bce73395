import { Connection, isGrpcServiceError } from '@temporalio/client';
import proto from '@temporalio/proto';
import type { TemporalSpec } from './temporal-spec.ts';
import { until } from './until.ts';

const { IndexedValueType } = proto.temporal.api.enums.v1;
const ALREADY_EXISTS = 6;
const START_TIMEOUT_MS = 30_000;

/** Waits until the namespace answers, then gives it its retention and the search attributes it lacks. */
export async function prepareNamespace(options: { address: string; spec: TemporalSpec }): Promise<void> {
  const { address, spec } = options;
  const connection = await connect(address);
  try {
    const { namespace } = spec;
    await untilDescribed(connection, namespace);
    // With a database file, the flags for search attributes and retention change nothing in a namespace that exists.
    await addMissingSearchAttributes(connection, spec);
    await connection.workflowService.updateNamespace({
      namespace,
      config: { workflowExecutionRetentionTtl: { seconds: days(spec.retentionDays) } },
    });
  } finally {
    await connection.close();
  }
}

export async function addMissingSearchAttributes(
  connection: Connection,
  { namespace, searchAttributes }: Pick<TemporalSpec, 'namespace' | 'searchAttributes'>,
): Promise<void> {
  const { customAttributes } = await connection.operatorService.listSearchAttributes({ namespace });
  const missing = Object.entries(searchAttributes).filter(([name]) => !(name in customAttributes));
  if (missing.length === 0) return;
  await connection.operatorService
    .addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(missing.map(([name, type]) => [name, indexedTypes[type]])),
    })
    .catch(tolerateExisting);
}

/** Another process was quicker. */
function tolerateExisting(error: unknown): void {
  const code: number | undefined = isGrpcServiceError(error) ? error.code : undefined;
  if (code !== ALREADY_EXISTS) throw error;
}

const indexedTypes = {
  Text: IndexedValueType.INDEXED_VALUE_TYPE_TEXT,
  Keyword: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD,
  Int: IndexedValueType.INDEXED_VALUE_TYPE_INT,
  Double: IndexedValueType.INDEXED_VALUE_TYPE_DOUBLE,
  Bool: IndexedValueType.INDEXED_VALUE_TYPE_BOOL,
  Datetime: IndexedValueType.INDEXED_VALUE_TYPE_DATETIME,
  KeywordList: IndexedValueType.INDEXED_VALUE_TYPE_KEYWORD_LIST,
};

/** Protobuf's 64-bit seconds; a plain number is what the encoder takes for a small one. */
function days(count: number): never {
  return (count * 24 * 60 * 60) as never;
}

async function connect(address: string): Promise<Connection> {
  let connection: Connection | undefined;
  await until(
    async () => {
      connection = await Connection.connect({ address, connectTimeout: '5s' });
      return true;
    },
    { everyMs: 100, timeoutMs: START_TIMEOUT_MS, what: `Temporal does not answer on ${address}` },
  );
  return connection!;
}

function untilDescribed(connection: Connection, namespace: string): Promise<void> {
  return until(
    async () => {
      await connection.workflowService.describeNamespace({ namespace });
      return true;
    },
    { everyMs: 100, timeoutMs: START_TIMEOUT_MS, what: `Temporal has no namespace \`${namespace}\`` },
  );
}
