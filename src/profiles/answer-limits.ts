import type { Json } from '../domain/analyzer.ts';

type Node = { [key: string]: Json };

/** Of one schema. What quotes put around it counts in neither. */
const MAX_UNIONS = 16;
const MAX_OPTIONAL = 24;
const FORMATS = 'date-time time date duration email hostname uri ipv4 ipv6 uuid'.split(' ');

/** What the API would refuse in a schema that is well formed, one sentence each. */
export function limitProblems(schema: Node): string[] {
  const problems: string[] = [];
  const unions: string[] = [];
  const optional: string[] = [];
  for (const { node, at } of nodesOf(schema, 'schema')) {
    if (Array.isArray(node.anyOf) || (Array.isArray(node.type) && node.type.length > 1)) unions.push(at);
    const required = Array.isArray(node.required) ? node.required : [];
    for (const name of Object.keys((node.properties ?? {}) as Node)) {
      if (!required.includes(name)) optional.push(`${at}.properties.${name}`);
    }
    if (node.format !== undefined && !FORMATS.includes(node.format as string)) {
      problems.push(`\`${at}.format\` is ${JSON.stringify(node.format)}: expected ${FORMATS.join(', ')}`);
    }
    problems.push(...valueProblems(node, at));
  }
  if (unions.length > MAX_UNIONS) {
    problems.push(
      `\`${unions[MAX_UNIONS]}\`: ${unions.length} fields have several types (as \`[string, 'null']\`), and ${MAX_UNIONS} may; give some one type`,
    );
  }
  if (optional.length > MAX_OPTIONAL) {
    problems.push(
      `\`${optional[MAX_OPTIONAL]}\`: ${optional.length} fields are not in \`required\`, and ${MAX_OPTIONAL} may be left out; require some`,
    );
  }
  return problems;
}

function valueProblems(node: Node, at: string): string[] {
  const types = [node.type].flat();
  const isNullTaken = node.type === undefined || types.includes('null');
  const ofOne = (value: Json, place: string): string[] => {
    if (value !== null && typeof value === 'object') {
      return [`\`${place}\` is ${JSON.stringify(value)}: expected text, a number, true, false or null`];
    }
    if (value === null && !isNullTaken) {
      return [`\`${place}\` is null, and \`${at}.type\` is ${JSON.stringify(node.type)}: add 'null' to it`];
    }
    return [];
  };
  const problems = node.const === undefined ? [] : ofOne(node.const, `${at}.const`);
  if (node.enum === undefined) return problems;
  if (!Array.isArray(node.enum) || node.enum.length === 0) {
    return [...problems, `\`${at}.enum\` is ${JSON.stringify(node.enum)}: expected a list of values`];
  }
  return [...problems, ...node.enum.flatMap((value, index) => ofOne(value, `${at}.enum.${index}`))];
}

function* nodesOf(node: Node, at: string): Generator<{ node: Node; at: string }> {
  yield { node, at };
  for (const [name, inner] of Object.entries((node.properties ?? {}) as Node)) {
    yield* nodesOf(inner as Node, `${at}.properties.${name}`);
  }
  if (node.items !== undefined) yield* nodesOf(node.items as Node, `${at}.items`);
  const anyOf = Array.isArray(node.anyOf) ? node.anyOf : [];
  for (const [index, inner] of anyOf.entries()) yield* nodesOf(inner as Node, `${at}.anyOf.${index}`);
}
