import type { Json } from '../../domain/analyzer.ts';
import type { Profile } from '../../domain/profile.ts';

type Node = { [key: string]: Json };

/** What structured outputs understand; the rest is told in words, and checked by us afterwards. */
const SENT = ['type', 'enum', 'const', 'title', 'format', 'required'];
const NOT_TOLD = [
  '$schema',
  'description',
  'properties',
  'items',
  'anyOf',
  'additionalProperties',
  'required',
];

/** The profile's schema as the API takes it: every object closed, every constraint that it refuses as description. */
export function sentSchema(schema: Node): Node {
  const sent: Node = Object.fromEntries(Object.entries(schema).filter(([key]) => SENT.includes(key)));
  const untold = Object.entries(schema).filter(([key]) => !SENT.includes(key) && !NOT_TOLD.includes(key));
  const told = untold.map(([key, value]) => `${key}: ${JSON.stringify(value)}`).join(', ');
  const description = [schema.description, told === '' ? null : `(${told})`].filter(
    (part) => typeof part === 'string',
  );
  if (description.length > 0) sent.description = description.join(' ');
  if (schema.properties !== undefined) {
    sent.properties = Object.fromEntries(
      Object.entries(schema.properties as Node).map(([name, inner]) => [name, sentSchema(inner as Node)]),
    );
    sent.additionalProperties = false;
  }
  if (schema.items !== undefined) sent.items = sentSchema(schema.items as Node);
  if (Array.isArray(schema.anyOf)) sent.anyOf = schema.anyOf.map((inner) => sentSchema(inner as Node));
  return sent;
}

/** Around the answer when the profile asks for quotes. */
export function withQuotes({ schema, quotes }: Profile): Node {
  if (quotes.length === 0) return sentSchema(schema);
  const quote = {
    type: 'object',
    additionalProperties: false,
    required: ['field', 'quote'],
    properties: { field: { type: 'string', enum: quotes }, quote: { type: 'string' } },
  };
  return {
    type: 'object',
    additionalProperties: false,
    required: ['answer', 'quotes'],
    properties: { answer: sentSchema(schema), quotes: { type: 'array', items: quote } },
  };
}
