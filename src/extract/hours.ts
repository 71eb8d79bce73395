/** Seconds as `30:00`, with seconds where there are any; more than a day stays hours. */
export function hours(seconds: number): string {
  const two = (number: number): string => String(number).padStart(2, '0');
  const short = `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}`;
  return seconds % 60 === 0 ? short : `${short}:${two(seconds % 60)}`;
}
