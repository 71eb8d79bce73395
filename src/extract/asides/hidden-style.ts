/** What a style, inline or of a class, does to whether text is seen. */
export interface Look {
  isHidden: boolean;
  color: 'light' | 'other' | null;
  background: 'light' | 'other' | null;
}

const HIDES =
  /display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|opacity\s*:\s*0?\.?0*(?:[1-9]%)?\s*(?:;|!|$)|font-size\s*:\s*(?:[01](?:\.\d+)?(?:px|pt)|0(?:\.0\d*)?(?:em|rem|%|;|!|$))|text-indent\s*:\s*-\d{3,}|(?:^|[;\s])(?:left|top|right|bottom|margin-left|margin-top)\s*:\s*-\d{3,}|clip\s*:\s*rect\(\s*0|clip-path\s*:\s*inset\((?:50|100)%|scale\(\s*0\s*\)|(?:max-)?(?:height|width)\s*:\s*[01](?:px)?\s*(?:;|!|$)|color\s*:\s*transparent|mso-hide\s*:\s*all/i;

export function lookOf(style: string): Look {
  const color = /(?:^|[;\s{])color\s*:\s*([^;!}]+)/i.exec(style)?.[1];
  const background = /(?:^|[;\s{])background(?:-color)?\s*:\s*([^;!}]+)/i.exec(style)?.[1];
  return {
    isHidden: HIDES.test(style),
    color: color === undefined || color.trim() === 'inherit' ? null : isLight(color) ? 'light' : 'other',
    background: background === undefined ? null : isLight(background) ? 'light' : 'other',
  };
}

/** So near to white that nobody reads it on paper. */
export function isLight(color: string): boolean {
  const given = color.trim().toLowerCase();
  if (/^(?:white|snow|ivory|ghostwhite|floralwhite|whitesmoke|transparent|none)\b/.test(given)) return true;
  const hex = /^#?([0-9a-f]{3}|[0-9a-f]{6})(?:[0-9a-f]{2})?$/.exec(given)?.[1];
  if (hex !== undefined) {
    const pairs = hex.length === 3 ? Array.from(hex, (digit) => digit + digit) : hex.match(/../g)!;
    return pairs.every((pair) => Number.parseInt(pair, 16) >= LEAST);
  }
  const parts = /^(rgb|hsl)a?\(([^)]*)\)/.exec(given);
  const numbers = parts?.[2]!.match(/[\d.]+/g)?.map(Number) ?? [];
  if (numbers[3] !== undefined && numbers[3] < 0.05) return true;
  if (parts?.[1] === 'hsl') return (numbers[2] ?? 0) >= 96;
  return numbers.length >= 3 && numbers.slice(0, 3).every((value) => value >= LEAST);
}

const LEAST = 245;
