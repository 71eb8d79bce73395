/**
 * The same value without what PostgreSQL refuses in text and jsonb: NUL is removed, lone surrogates become U+FFFD.
 * Both are common in PDF text and in model output.
 */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return storableText(value) as T;
  if (value instanceof Date) return value;
  if (Array.isArray(value)) return value.map(storable) as T;
  if (value !== null && typeof value === 'object') {
    return Object.fromEntries(
      Object.entries(value).map(([key, field]) => [storableText(key), storable(field as unknown)]),
    ) as T;
  }
  return value;
}

/** Of `storable(value)`; hardly any value needs the change, and its JSON shows whether one does. */
export function storableJson(value: unknown): string {
  const json = JSON.stringify(value);
  return ESCAPED.test(json) ? JSON.stringify(storable(value)) : json;
}

/** NUL and lone surrogates, as `JSON.stringify` writes them. */
const ESCAPED = /\\u(?:0000|d[89a-f])/;

function storableText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '') : wellFormed;
}
