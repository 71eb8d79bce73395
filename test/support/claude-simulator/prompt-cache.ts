import type { ContentBlock, MessagesRequest } from './request.ts';
import { blocksOf, sha256 } from './request.ts';
import { countBlock } from './tokens.ts';

export interface CachedTokens {
  read: number;
  write5m: number;
  write1h: number;
}

/** Prefixes below this are silently not cached. */
const MIN_TOKENS = 1_024;

export interface PromptCache {
  /** What this request reads and writes. Written entries can be read once `began` was called. */
  account(request: MessagesRequest): { tokens: CachedTokens; began(): void };
}

export function createPromptCache(): PromptCache {
  const until = new Map<string, number>();
  return {
    account: (request) => {
      const marks = breakpoints(request).filter(({ tokens }) => tokens >= MIN_TOKENS);
      const last = marks.at(-1);
      if (last === undefined) return { tokens: { read: 0, write5m: 0, write1h: 0 }, began: () => undefined };
      const hit = marks.findLast(({ key }) => (until.get(key) ?? 0) > Date.now());
      const read = hit?.tokens ?? 0;
      const write = last.tokens - read;
      return {
        tokens: { read, write5m: last.ttlMs === HOUR ? 0 : write, write1h: last.ttlMs === HOUR ? write : 0 },
        began: () => {
          for (const { key, ttlMs } of marks) until.set(key, Date.now() + ttlMs);
        },
      };
    },
  };
}

const HOUR = 3_600_000;

interface Breakpoint {
  key: string;
  tokens: number;
  ttlMs: number;
}

function breakpoints(request: MessagesRequest): Breakpoint[] {
  const blocks: ContentBlock[] = [
    ...blocksOf(request.system),
    ...request.messages.flatMap(({ content }) => blocksOf(content)),
  ];
  if (request.cache_control !== undefined && blocks.length > 0) {
    blocks[blocks.length - 1] = { ...blocks.at(-1)!, cache_control: request.cache_control };
  }
  const marks: Breakpoint[] = [];
  let prefix = sha256(`${request.model}${JSON.stringify(request.output_config ?? null)}`);
  let tokens = 0;
  for (const { cache_control: mark, ...block } of blocks) {
    prefix = sha256(prefix + JSON.stringify(block));
    tokens += countBlock(block, request.model);
    if (mark) marks.push({ key: prefix, tokens, ttlMs: mark.ttl === '1h' ? HOUR : 300_000 });
  }
  return marks;
}
