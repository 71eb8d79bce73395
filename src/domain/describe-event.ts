/** The words of a person, else what an event changed or counted: `total 31, failed 0`; empty for neither. */
export function describeEvent({ reason, detail }: { reason: string | null; detail: object }): string {
  if (reason !== null) return reason;
  return Object.entries(detail)
    .map(([key, value]) => `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(', ');
}
