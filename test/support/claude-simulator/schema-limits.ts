import type { Schema } from './request.ts';
import { invalid } from './respond.ts';

const FORMATS = /^(date-time|time|date|duration|email|hostname|uri|ipv[46]|uuid)$/;

/** The documented limits of structured outputs that need the whole schema, and what single values may be. */
export function limitSchema(schema: Schema, at: string): void {
  const all = [...nodesOf(schema)];
  const unions = all.filter(
    ({ type, anyOf }) => anyOf !== undefined || (Array.isArray(type) && type.length > 1),
  );
  if (unions.length > 16)
    throw invalid(`${at}: too many parameters with union types (${unions.length} > 16)`);
  const optional = all.flatMap(({ properties = {}, required = [] }) =>
    Object.keys(properties).filter((name) => !required.includes(name)),
  );
  if (optional.length > 24) throw invalid(`${at}: too many optional parameters (${optional.length} > 24)`);
  for (const { type, enum: values, const: only, format } of all) {
    if (format !== undefined && !(typeof format === 'string' && FORMATS.test(format))) {
      throw invalid(`${at}: format ${JSON.stringify(format)} is not supported`);
    }
    if (values?.length === 0) throw invalid(`${at}: 'enum' must not be empty`);
    const given = [...(values ?? []), ...(only === undefined ? [] : [only])];
    if (given.some((value) => value !== null && typeof value === 'object')) {
      throw invalid(`${at}: 'enum' and 'const' take plain values only`);
    }
    if (type !== undefined && given.includes(null) && ![type].flat().includes('null')) {
      throw invalid(`${at}: null is no value of type ${String(type)}`);
    }
  }
}

function* nodesOf(schema: Schema): Generator<Schema> {
  yield schema;
  for (const inner of Object.values(schema.properties ?? {})) yield* nodesOf(inner);
  if (schema.items !== undefined) yield* nodesOf(schema.items);
  for (const inner of schema.anyOf ?? []) yield* nodesOf(inner);
}
