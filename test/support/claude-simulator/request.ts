import { createHash } from 'node:crypto';

/** The parts of a Messages request that the simulator looks at; anything else is refused or passed over. */
export interface MessagesRequest {
  model: string;
  max_tokens: number;
  messages: { role: string; content: string | ContentBlock[] }[];
  system?: string | ContentBlock[];
  output_config?: { effort?: string; format?: { type: string; schema: Schema } | null };
  cache_control?: CacheControl;
  thinking?: { type: string };
  [key: string]: unknown;
}

export interface CacheControl {
  type: 'ephemeral';
  ttl?: '5m' | '1h';
}

export interface ContentBlock {
  type: string;
  text?: string;
  source?: { type: string; media_type?: string; data?: string; content?: string | ContentBlock[] };
  cache_control?: CacheControl | null;
  citations?: unknown;
}

export interface Schema {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: unknown;
  items?: Schema;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  description?: string;
  [key: string]: unknown;
}

export function blocksOf(content: string | ContentBlock[] | undefined): ContentBlock[] {
  if (content === undefined) return [];
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

/** Everything in the request that the model reads, system first. */
export function allBlocks(request: MessagesRequest): ContentBlock[] {
  return [...blocksOf(request.system), ...request.messages.flatMap(({ content }) => blocksOf(content))];
}

/** What the user's turn says. */
export function userText(request: MessagesRequest): string {
  return request.messages
    .flatMap(({ content }) => blocksOf(content).map(({ text }) => text ?? ''))
    .join('\n');
}

/** The text between `<document …>` and `</document>`, which is where a careful client puts it; else all of it. */
export function documentText(request: MessagesRequest): string {
  const text = userText(request);
  const start = /<document\b[^>]*>\n?/.exec(text);
  if (start === null) return text;
  const from = start.index + start[0].length;
  const to = text.lastIndexOf('</document>');
  // Marks of pages that are pictures are no text.
  return text.slice(from, to < from ? undefined : to).replace(/<\/?page\b[^>]*>/g, '');
}

/** Equal requests have equal keys: what was called twice. */
export function requestKey(request: MessagesRequest): string {
  return sha256(JSON.stringify([request.model, request.system, request.messages])).slice(0, 24);
}

export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

/** Numbers from 0 to 1 that follow from the seed alone. */
export function randomFrom(seed: string): () => number {
  let state = Number.parseInt(sha256(seed).slice(0, 8), 16);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
