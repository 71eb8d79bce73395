import { posix } from 'node:path';
import { decodeEntities } from './decode-entities.ts';
import { readZipDirectory, readZipText } from './zip-directory.ts';

/** Larger parts are not looked into. */
const MAX_PART_BYTES = 16 * 1024 * 1024;

export interface ZipParts {
  /** A part as text; empty when there is none, or it is larger. @default 16 MiB */
  read(name: string, maxBytes?: number): string;
  /** What a part refers to, by the id of the reference: names of parts, in the order of the file. */
  references(name: string): Map<string, string>;
}

/** The parts of an Office file: their names say nothing about what belongs to what, only their relationships do. */
export function zipParts(bytes: Buffer): ZipParts {
  const entries = new Map(
    (readZipDirectory(bytes) ?? []).map((entry) => [entry.name.replace(/^\//, ''), entry]),
  );
  const read = (name: string, maxBytes = MAX_PART_BYTES): string =>
    readZipText(bytes, entries.get(name), maxBytes) ?? '';
  return {
    read,
    references(name) {
      const dir = posix.dirname(name);
      const xml = read(`${dir}/_rels/${posix.basename(name)}.rels`);
      const pairs = [...xml.matchAll(/<(?:\w+:)?Relationship\b[^>]*>/g)]
        .filter(([tag]) => !/\bTargetMode="External"/.test(tag))
        .map(([tag]): [string, string] => {
          const target = decodeEntities(/\bTarget="([^"]*)"/.exec(tag)?.[1] ?? '');
          return [
            /\bId="([^"]*)"/.exec(tag)?.[1] ?? '',
            target.startsWith('/') ? target.slice(1) : posix.join(dir, target),
          ];
        });
      return new Map(pairs);
    },
  };
}
