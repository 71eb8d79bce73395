const TOKEN = /\\(?:([a-zA-Z]+)(-?\d+)? ?|'([0-9a-fA-F]{2})|[^a-zA-Z'])|[{}]|[^\\{}]+/g;

const multiByte: Readonly<Record<string, string>> = {
  '932': 'shift_jis',
  '936': 'gbk',
  '949': 'euc-kr',
  '950': 'big5',
  '10000': 'macintosh',
  '65001': 'utf-8',
};

/**
 * The same Rich Text with every character outside ASCII as `\u` alone: its parser knows one code page only, and takes the
 * characters for old programs, which follow each `\u`, for text.
 */
export function plainCharacters(rtf: Buffer): Buffer {
  const text = rtf.toString('latin1');
  const decoder = decoderOf(/\\ansicpg(\d+)/.exec(text.slice(0, 4096))?.[1]);
  const fallbacks = [1];
  const out: string[] = [];
  let bytes: number[] = [];
  let skip = 0;
  const flush = (): void => {
    if (bytes.length > 0) out.push(escape(decoder.decode(Buffer.from(bytes))));
    bytes = [];
  };

  TOKEN.lastIndex = 0;
  for (let match = TOKEN.exec(text); match !== null; match = TOKEN.exec(text)) {
    const [token, word, number, hex] = match;
    if (hex !== undefined) {
      if (skip > 0) skip -= 1;
      else bytes.push(Number.parseInt(hex, 16));
      continue;
    }
    flush();
    if (token === '{' || token === '}') {
      if (token === '{') fallbacks.push(fallbacks.at(-1)!);
      else if (fallbacks.length > 1) fallbacks.pop();
      skip = 0;
      out.push(token);
    } else if (word === 'u' && number !== undefined) {
      out.push(`\\u${number} `);
      skip = fallbacks.at(-1)!;
    } else if (word === 'uc') fallbacks[fallbacks.length - 1] = Number(number ?? 1);
    else if (word === 'bin') {
      const end = TOKEN.lastIndex + Math.max(Number(number ?? 0), 0);
      out.push(token, text.slice(TOKEN.lastIndex, end));
      TOKEN.lastIndex = end;
    } else if (skip > 0 && token.startsWith('\\')) skip -= 1;
    else {
      const dropped = Math.min(skip, token.length);
      skip -= dropped;
      out.push(dropped === 0 ? token : token.slice(dropped));
    }
  }
  flush();
  return Buffer.from(out.join(''), 'latin1');
}

function decoderOf(codePage = '1252'): InstanceType<typeof TextDecoder> {
  try {
    return new TextDecoder(multiByte[codePage] ?? `windows-${codePage}`);
  } catch {
    return new TextDecoder('windows-1252');
  }
}

function escape(text: string): string {
  return text.replace(/[\\{}]|[^\0-\x7f]/gu, (character) =>
    character < '\x80'
      ? `\\${character}`
      : [...Array(character.length).keys()].map((index) => `\\u${character.charCodeAt(index)} `).join(''),
  );
}
