/** Seconds as `30:00`, with seconds where there are any; more than a day stays hours. Negative ones have a sign: `-01:30`. */
export function hours(seconds: number): string {
  if (seconds < 0) return `-${hours(-seconds)}`;
  const two = (number: number): string => String(number).padStart(2, '0');
  const short = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? short : `${short}:${two(seconds % 60)}`;
}

/** Whether a number format of a cell counts time instead of telling it: `[h]:mm`. */
export function isDurationFormat(format: string): boolean {
  return /\[(?:h+|m+|s+)\]/i.test(format);
}
