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

function storableText(text: string): string {
  const wellFormed = text.isWellFormed() ? text : text.toWellFormed();
  return wellFormed.includes('\0') ? wellFormed.replaceAll('\0', '') : wellFormed;
}
