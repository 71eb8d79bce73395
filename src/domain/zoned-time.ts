/** `2026-11-26 02:00` by the clock of the zone; with seconds when there are some. */
export function zonedTime(time: Date, timeZone: string): string {
  const seconds = time.getUTCSeconds() === 0 ? {} : { second: '2-digit' as const };
  return new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    ...seconds,
  }).format(time);
}
