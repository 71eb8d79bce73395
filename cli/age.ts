import { InvalidArgumentError } from 'commander';

export interface Age {
  text: string;
  ms: number;
}

const UNITS: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 };

/** Of an option: `30d`, `12h`. */
export function age(text: string): Age {
  const match = /^(\d{1,6})([smhdw])$/.exec(text);
  if (match === null) throw new InvalidArgumentError(`Expected an age such as 30d or 12h, got \`${text}\`.`);
  return { text, ms: Number(match[1]) * UNITS[match[2]!]! * 1_000 };
}
