import type { Json } from '../domain/analyzer.ts';
import type { ProfileFile } from './profile-schema.ts';

type Node = { [key: string]: Json };

/** What is wrong with the section `aggregate`, one sentence each: fields that the answer has not, or that cannot be added up. */
export function aggregateProblems({ aggregate, schema }: ProfileFile): string[] {
  if (aggregate === undefined) return [];
  const { groupBy, sum, currency } = aggregate;
  return [
    ...groupBy.flatMap((field) =>
      problemOf('groupBy', field, schema, ['string', 'number', 'integer', 'boolean']),
    ),
    ...sum.flatMap((field) => problemOf('sum', field, schema, ['number', 'integer', 'string'])),
    ...(currency == null ? [] : problemOf('currency', currency, schema, ['string'])),
    ...[...twiceIn(groupBy)].map((field) => `\`aggregate.groupBy\` names \`${field}\` twice`),
    ...[...twiceIn(sum)].map((field) => `\`aggregate.sum\` names \`${field}\` twice`),
  ];
}

function problemOf(key: string, field: string, schema: Node, allowed: readonly string[]): string[] {
  let node = schema;
  for (const step of field.split('.')) {
    const isList = step.endsWith('[]');
    const name = isList ? step.slice(0, -2) : step;
    const properties = (node.properties ?? {}) as Node;
    if (!Object.hasOwn(properties, name)) {
      const there = Object.keys(properties).join(', ');
      const known = there === '' ? 'there are no fields at this place' : `expected one of ${there}`;
      return [`\`aggregate.${key}\` names \`${field}\`, and the schema has no \`${name}\`: ${known}`];
    }
    node = properties[name] as Node;
    if (!isList) continue;
    if (!typesOf(node).includes('array')) {
      return [`\`aggregate.${key}\` names \`${field}\`, and \`${name}\` is no list: leave \`[]\` out`];
    }
    node = (node.items ?? {}) as Node;
  }
  const types = typesOf(node).filter((type) => type !== 'null');
  const wrong = types.find((type) => !allowed.includes(type));
  if (wrong === undefined) return [];
  const hint = wrong === 'array' && key === 'sum' ? `; did you mean \`${field}[]\`?` : '';
  return [
    `\`aggregate.${key}\` names \`${field}\`, which is ${describe(wrong)}: expected ${allowed.join(', ')}${hint}`,
  ];
}

function typesOf(node: Node): string[] {
  const { type, anyOf } = node;
  const own = (Array.isArray(type) ? type : [type]).filter(
    (name): name is string => typeof name === 'string',
  );
  return [...own, ...(Array.isArray(anyOf) ? anyOf.flatMap((inner) => typesOf(inner as Node)) : [])];
}

function describe(type: string): string {
  return /^[aeio]/.test(type) ? `an ${type}` : `a ${type}`;
}

function twiceIn(fields: readonly string[]): Set<string> {
  return new Set(fields.filter((field, index) => fields.indexOf(field) !== index));
}
