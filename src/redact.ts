/**
 * Text that may be shown, logged, stored or sent on: passwords (or what stands alone before an `@`, often a token) and
 * query strings of addresses, API keys and tokens become `[redacted]`.
 */
export function redact(text: string): string {
  return text
    .replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s/?#'"`:@]{0,200}):[^\s/?#'"`]{1,500}@/gi, '$1:[redacted]@')
    .replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/)[^\s/?#'"`:]{1,500}@/gi, '$1[redacted]@')
    .replace(/\b([a-z][a-z0-9+.-]{1,20}:\/\/[^\s?#'"`]{1,500})\?[^\s'"`]+/gi, '$1?[redacted]')
    .replace(/\b(sk-[\w-]{6})[\w-]+/g, '$1[redacted]')
    .replace(/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted]')
    .replace(
      /(\b(?:authorization|x-api-key|api[_-]?key|password|passwd|secret|token)\b["']?\s*[:=]\s*)(["']?)(?:bearer\s+)?[^\s"',}]+/gi,
      '$1$2[redacted]',
    );
}
