import { defineSearchAttributeKey, SearchAttributeType, TypedSearchAttributes } from '@temporalio/common';
import { searchAttributes } from '../domain/ids.ts';

/** What the Web UI's list can be filtered by. The id of a scheduled batch is not known before it starts. */
export function batchAttributes({
  batchId,
  name,
}: {
  batchId?: string;
  name: string;
}): TypedSearchAttributes {
  const keyword = (key: string) => defineSearchAttributeKey(key, SearchAttributeType.KEYWORD);
  return new TypedSearchAttributes([
    ...(batchId === undefined ? [] : [{ key: keyword(searchAttributes.batchId), value: batchId }]),
    { key: keyword(searchAttributes.name), value: name },
    { key: keyword(searchAttributes.status), value: 'processing' },
  ]);
}

/** A namespace where we may not add attributes takes the same without them: only the filter in the Web UI is missing. */
export async function withoutAttributesIfRefused(
  send: (withAttributes: boolean) => Promise<unknown>,
): Promise<void> {
  try {
    await send(true);
  } catch (error) {
    if (!/search attribute/i.test(causeText(error))) throw error;
    await send(false);
  }
}

function causeText(error: unknown): string {
  const { message, cause } = error as Error;
  return cause === undefined ? message : `${message} ${causeText(cause)}`;
}
