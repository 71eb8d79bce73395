import { z } from 'zod';
import type { Json } from '../domain/analyzer.ts';
import { limitProblems } from './answer-limits.ts';
import { aggregateProblems } from './check-aggregate.ts';
import type { ProfileFile } from './profile-schema.ts';

type Node = { [key: string]: Json };

/** Fields that docbatch adds to every answer. */
const OURS = ['grounding', 'checks', 'claude', 'injection'];

/** What is wrong with the answer's schema, one sentence each; empty when the API and our own validation can use it. */
export function schemaProblems(file: ProfileFile): string[] {
  const { schema, quotes, chunking } = file;
  const problems: string[] = [];
  if (schema.type !== 'object') return ['`schema.type` is not `object`: the answer is always an object'];
  walk(schema, 'schema', problems);
  const fields = Object.keys((schema.properties ?? {}) as Node);
  for (const name of OURS.filter((name) => fields.includes(name))) {
    problems.push(`\`schema.properties.${name}\`: this name is taken by what docbatch adds; use another`);
  }
  for (const name of quotes.filter((name) => !fields.includes(name))) {
    problems.push(`\`quotes\` names \`${name}\`: expected fields of the schema (${fields.join(', ')})`);
  }
  if (chunking.overlapChars * 2 > chunking.maxChars) {
    problems.push('`chunking.overlapChars` is more than half of `chunking.maxChars`');
  }
  if (problems.length === 0) problems.push(...limitProblems(schema), ...aggregateProblems(file));
  if (problems.length === 0) {
    try {
      z.fromJSONSchema(schema);
    } catch (error) {
      problems.push(`\`schema\`: ${(error as Error).message}`);
    }
  }
  return problems;
}

const TYPES = ['string', 'number', 'integer', 'boolean', 'null', 'array', 'object'];

function walk(node: Node, at: string, problems: string[]): void {
  if ('$ref' in node) problems.push(`\`${at}.$ref\`: references are not supported; write the schema out`);
  const types = Array.isArray(node.type) ? node.type : node.type === undefined ? [] : [node.type];
  if (types.length === 0 && !('enum' in node || 'const' in node || 'anyOf' in node)) {
    problems.push(`\`${at}\` has none of \`type\`, \`enum\`, \`const\`, \`anyOf\``);
  }
  for (const type of types.filter((type) => typeof type !== 'string' || !TYPES.includes(type))) {
    problems.push(`\`${at}.type\` is ${JSON.stringify(type)}: expected ${TYPES.join(', ')}`);
  }
  if (types.includes('object')) {
    const properties = (node.properties ?? {}) as Node;
    if (Object.keys(properties).length === 0) problems.push(`\`${at}.properties\` is missing or empty`);
    for (const [name, inner] of Object.entries(properties)) {
      walkInto(inner, `${at}.properties.${name}`, problems);
    }
    const required = Array.isArray(node.required) ? node.required : [];
    for (const name of required.filter((name) => typeof name !== 'string' || !(name in properties))) {
      problems.push(`\`${at}.required\` names ${JSON.stringify(name)}, which is no property`);
    }
  }
  if (types.includes('array')) walkInto(node.items ?? null, `${at}.items`, problems);
  if (Array.isArray(node.anyOf)) {
    for (const [index, inner] of node.anyOf.entries()) walkInto(inner, `${at}.anyOf.${index}`, problems);
  }
}

function walkInto(inner: Json, at: string, problems: string[]): void {
  if (inner !== null && typeof inner === 'object' && !Array.isArray(inner)) walk(inner, at, problems);
  else problems.push(`\`${at}\` is ${JSON.stringify(inner)}: expected a schema`);
}
