import { formatUsd } from './money.ts';

/** The words of a person, else what an event changed or counted: `total 31, failed 0`; empty for neither. */
export function describeEvent({ reason, detail }: { reason: string | null; detail: object }): string {
  if (reason !== null) return reason;
  return Object.entries(detail)
    .map(([key, value]) => {
      if (key.endsWith('NanoUsd') && typeof value === 'number')
        return `${key.slice(0, -7)} ${formatUsd(value)}`;
      return `${key} ${typeof value === 'string' ? value : JSON.stringify(value)}`;
    })
    .join(', ');
}
