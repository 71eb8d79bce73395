import type { Measured } from './extract.ts';

export interface Speed {
  seconds: number;
  processes: number;
  /** Over the files that both read; null without a peer. */
  speed: { files: number; seconds: number; peerSeconds: number } | null;
}

/** The page docs/extraction.md. */
export function summarize(measured: readonly Measured[], { seconds, processes, speed }: Speed): string {
  const formats = [...new Set(measured.map(({ format }) => format))].sort();
  const failed = measured.filter(({ state }) => state === 'failed');
  const withoutText = measured.filter(({ state, characters }) => state === 'completed' && characters === 0);
  return [
    '# How well documents are read',
    '',
    'Written by `npm run bench:extract -- --peer --write`: every file of a corpus of public test documents (`shared/corpus`),',
    'and three texts that are known word for word, written in each format that a library writes (`test/support/known-files.ts`).',
    '',
    `${measured.length} files in ${seconds.toFixed(1)} s with ${processes} processes: ${(measured.length / seconds).toFixed(1)} files/s; ` +
      `${measured.length - failed.length} read, ${withoutText.length} of them without a text layer, ${failed.length} refused.`,
    ...(speed === null ? [] : ['', speedLine(speed, processes)]),
    '',
    '## By format',
    '',
    '`known`: the lowest share of the words of a known text that is found, and of the words found that are of that text.',
    '`both`: over the files that both programs read, how many of the peer’s words we have, and how many of ours the peer has.',
    '',
    ...table([
      [
        'format',
        'files',
        'read',
        'no text',
        'refused',
        'known: found',
        'known: exact',
        'peer: known found',
        'both: theirs',
        'both: ours',
      ],
      ...formats.map((format) =>
        formatRow(
          format,
          measured.filter((one) => one.format === format),
        ),
      ),
    ]),
    '',
    '## What is not read',
    '',
    ...table([
      ['file', 'code', 'why', 'the peer'],
      ...failed.map(({ file, code, message, peer }) => [file, code, message, peerSays(peer)]),
      ...withoutText.map(({ file, peer }) => [
        file,
        'completed',
        'A scan: its pages have no text layer.',
        peerSays(peer),
      ]),
    ]),
    '',
  ].join('\n');
}

function speedLine({ files, seconds, peerSeconds }: NonNullable<Speed['speed']>, processes: number): string {
  const times = (peerSeconds / seconds).toFixed(1);
  return `On the ${files} files that both read: ${seconds.toFixed(1)} s with ${processes} processes, start included; MarkItDown ${peerSeconds.toFixed(1)} s in its one process, start not included: ${times} times as fast.`;
}

function formatRow(format: string, files: readonly Measured[]): string[] {
  const read = files.filter(({ state }) => state === 'completed');
  const known = files.flatMap((file) => file.known ?? []);
  const mutual = files.flatMap((file) => file.mutual ?? []);
  const peerKnown = known.flatMap(({ peerRecall }) => peerRecall ?? []);
  return [
    format,
    String(files.length),
    String(read.length),
    String(read.filter(({ characters }) => characters === 0).length),
    String(files.length - read.length),
    lowest(known.map(({ recall }) => recall)),
    lowest(known.map(({ precision }) => precision)),
    lowest(peerKnown),
    mean(mutual.map(({ recall }) => recall)),
    mean(mutual.map(({ precision }) => precision)),
  ];
}

function lowest(values: readonly number[]): string {
  return values.length === 0 ? '' : Math.min(...values).toFixed(3);
}

function mean(values: readonly number[]): string {
  return values.length === 0
    ? ''
    : (values.reduce((sum, value) => sum + value, 0) / values.length).toFixed(2);
}

function peerSays(peer: Measured['peer']): string {
  if (peer === null) return '';
  return peer.error ?? `${peer.text!.length} characters`;
}

function table([head, ...rows]: string[][]): string[] {
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replace(/\s+/g, ' ')).join(' | ')} |`;
  return [line(head!), line(head!.map(() => '---')), ...rows.map(line)];
}
