// npm run bench:extract [-- <folder>] [--peer] [--write]: what is read, how well and how fast; with --peer beside
// MarkItDown, which is installed for it and thrown away; with --write the summary goes to docs/extraction.md.
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { extname, join, relative, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { packageRoot } from '../src/paths.ts';
import { knownExtras, knownFiles } from '../test/support/known-files.ts';
import { knownTexts, wordsOf } from '../test/support/known-texts.ts';
import { coverage } from '../test/support/overlap.ts';
import type { PeerAnswer } from './peer.ts';
import { askPeer, installPeer } from './peer.ts';
import { readAll } from './read-all.ts';
import { summarize } from './summarize.ts';

export interface Measured {
  file: string;
  format: string;
  state: string;
  code: string;
  message: string;
  characters: number;
  peer: PeerAnswer | null;
  /** The peer's words that we have, and ours that the peer has; null unless both read it. */
  mutual: { recall: number; precision: number } | null;
  /** Against the text that is known to be in it. */
  known: { recall: number; precision: number; peerRecall: number | null } | null;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { peer: { type: 'boolean' }, write: { type: 'boolean' } },
});
const corpus = resolve(positionals[0] ?? join(packageRoot, '../shared/corpus'));
const made = await mkdtemp(join(tmpdir(), 'docbatch-known-'));
const peer = values.peer === true ? await installPeer() : null;
if (values.peer === true && peer === null) console.error('MarkItDown could not be installed: no comparison.');

try {
  const known = await writeKnownFiles(made);
  const ofCorpus = (await readdir(corpus, { recursive: true, withFileTypes: true }).catch(() => []))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const paths = [...ofCorpus, ...known.keys()];
  const ours = await readAll(paths);
  const theirs = peer === null ? null : await askPeer(peer.python, paths);
  const measured = paths.map((path): Measured => {
    const { state, code, message, text } = ours.answers.get(path)!;
    const answer = theirs?.get(path) ?? null;
    const other = answer?.text ?? null;
    const wanted = known.get(path);
    return {
      ...{ state, code, message, peer: answer, characters: text.length },
      file: path.startsWith(made) ? `known/${relative(made, path)}` : relative(corpus, path),
      format: extname(path).toLowerCase().slice(1) || 'none',
      mutual:
        state === 'completed' && other !== null
          ? { recall: coverage(other, text), precision: coverage(text, other) }
          : null,
      known:
        wanted === undefined
          ? null
          : {
              recall: coverage(wanted.text, text),
              precision: coverage(text, wanted.all),
              peerRecall: other === null ? null : coverage(wanted.text, other),
            },
    };
  });
  const both = paths.filter(
    (path) => ours.answers.get(path)!.state === 'completed' && theirs?.get(path)?.text !== undefined,
  );
  // Once more with these alone, and warm processes on neither side.
  const again = both.length === 0 ? null : await readAll(both);
  const peerSeconds = both.reduce((sum, path) => sum + theirs!.get(path)!.seconds, 0);
  const speed = again === null ? null : { files: both.length, seconds: again.seconds, peerSeconds };
  for (const { file, state, code, characters } of measured) {
    console.log(`${file}\t${state}\t${code}\t${characters}`);
  }
  const summary = summarize(measured, { seconds: ours.seconds, processes: ours.processes, speed });
  console.log(`\n${summary}`);
  if (values.write === true) await writeFile(join(packageRoot, 'docs/extraction.md'), summary);
} finally {
  await rm(made, { recursive: true });
  await peer?.remove();
}

async function writeKnownFiles(folder: string): Promise<Map<string, { text: string; all: string }>> {
  const files = new Map<string, { text: string; all: string }>();
  for (const [ending, write] of Object.entries(knownFiles)) {
    for (const text of knownTexts) {
      const path = join(folder, `${text.language}.${ending}`);
      await writeFile(path, await write(text));
      files.set(path, {
        text: wordsOf(text),
        all: `${wordsOf(text)} ${text.title} ${knownExtras[ending] ?? ''}`,
      });
    }
  }
  return files;
}
