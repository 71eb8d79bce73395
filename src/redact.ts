/** Text that may be shown or sent on: passwords in addresses, API keys and tokens become `[redacted]`. */
export function redact(text: string): string {
  return text
    .replace(/(\b[a-z][a-z0-9+.-]*:\/\/[^\s:@/]*):[^\s@/]+@/gi, '$1:[redacted]@')
    .replace(/\b(sk-[\w-]{6})[\w-]+/g, '$1[redacted]')
    .replace(/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, '[redacted]')
    .replace(
      /(\b(?:authorization|x-api-key|api[_-]?key|password|passwd|secret|token)\b["']?\s*[:=]\s*)(["']?)(?:bearer\s+)?[^\s"',}]+/gi,
      '$1$2[redacted]',
    );
}
