export interface ContentLine {
  /** Upper case, without a group (`item1.`). */
  name: string;
  parameters: Readonly<Record<string, string>>;
  value: string;
}

/** The lines of calendars and contact files (RFC 5545, RFC 6350, and vCard 2.1), unfolded and unescaped. */
export function contentLines(text: string): ContentLine[] {
  const unfolded = text.replace(/\r?\n[ \t]/g, '');
  const lines: ContentLine[] = [];
  let pending = '';
  for (const line of unfolded.split(/\r?\n/)) {
    const whole = pending + line;
    // vCard 2.1 goes on after `=` at the end of a quoted-printable line.
    if (/^[^:]*QUOTED-PRINTABLE[^:]*:/i.test(whole) && whole.endsWith('=')) {
      pending = whole.slice(0, -1);
      continue;
    }
    pending = '';
    const parsed = parseLine(whole);
    if (parsed !== null) lines.push(parsed);
  }
  return lines;
}

function parseLine(line: string): ContentLine | null {
  const match = /^(?:[\w-]+\.)?([\w-]+)((?:;(?:"[^"]*"|[^":])*)?):([\s\S]*)$/.exec(line);
  if (match === null) return null;
  const [, name, parameterText, raw] = match as unknown as [string, string, string, string];
  const parameters: Record<string, string> = {};
  for (const [, key, quoted, plain] of parameterText.matchAll(/;([\w-]+)(?:=(?:"([^"]*)"|([^;]*)))?/g)) {
    parameters[key!.toUpperCase()] = quoted ?? plain ?? '';
  }
  const isQuoted = /QUOTED-PRINTABLE/i.test(parameterText);
  return {
    name: name.toUpperCase(),
    parameters,
    value: isQuoted ? quotedPrintable(raw, parameters.CHARSET) : unescape(raw),
  };
}

function unescape(raw: string): string {
  return raw.replace(/\\([\\;,nN])/g, (_, character: string) => (/n/i.test(character) ? '\n' : character));
}

function quotedPrintable(raw: string, charset = 'utf-8'): string {
  const latin1 = raw.replace(/=([0-9A-F]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
  const bytes = Buffer.from(latin1, 'latin1');
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return bytes.toString('utf8');
  }
}
