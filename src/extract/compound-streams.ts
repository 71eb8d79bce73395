import * as xlsx from '@e965/xlsx';

/** The package's typings leave it open. */
const CFB = xlsx.CFB as {
  read(bytes: Buffer, options: { type: 'buffer' }): unknown;
  find(file: unknown, name: string): { content?: Uint8Array } | null;
};

/** Gives the content of a stream of a compound file by its name, null when it is absent. Throws when the file is damaged. */
export function compoundStreams(bytes: Buffer): (name: string) => Buffer | null {
  const file = CFB.read(bytes, { type: 'buffer' });
  return (name) => {
    const content = CFB.find(file, name)?.content;
    return content === undefined ? null : Buffer.from(content);
  };
}
