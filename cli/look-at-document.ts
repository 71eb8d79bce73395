import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EstimatedDocument } from '../src/analyze/claude/estimate.ts';
import type { Queryable } from '../src/db/database.ts';
import type { SampleDocument } from '../src/db/estimate-rows.ts';
import { hasMembers } from '../src/db/members.ts';
import { cachedResults, loadText, saveText } from '../src/db/texts.ts';
import type { Extraction } from '../src/domain/extraction.ts';
import { DocumentFailure } from '../src/domain/failure.ts';
import type { Sandbox } from '../src/sandbox/pool.ts';
import { withPasswords } from '../src/sandbox/with-passwords.ts';

export interface LookedAt {
  /** Itself, or the chosen one in which it lies. */
  document: SampleDocument;
  isInside: boolean;
  /** Documents, this one included, that are taken to be like it. */
  standsFor: number;
  state: 'paid' | 'cached' | 'unreadable' | 'archive';
  pages: number;
  /** Null when it costs nothing, or nothing but its picture is known. */
  read: EstimatedDocument | null;
}

export interface LookDeps {
  db: Queryable;
  sandbox: Sandbox;
  recipeId: number | null;
  usesCache: boolean;
  keepTexts: boolean;
  passwordsFile: string | null;
  languages: readonly string[] | null;
  /** Of `performance.now()`: documents after that are taken for pictures, which is dearer. */
  ocrUntilMs: number;
}

/** Of what lies in one document, and in all of them: the rest is taken to be like these. */
const INSIDE_ONE = 20;
const INSIDE_ALL = 400;
const TIMEOUT_MS = 60_000;

/** Reads a document, and what lies in it: a run finds attachments and members of archives, and asks about each. */
export function createLook(deps: LookDeps, signal: AbortSignal) {
  const { db, sandbox, recipeId, usesCache, keepTexts, passwordsFile, languages, ocrUntilMs } = deps;
  const seen = new Set<string>();
  let insideLeft = INSIDE_ALL;

  return async function* lookAt(document: SampleDocument): AsyncGenerator<LookedAt> {
    const { uri, containerUri, memberPath } = document;
    const isKnown = containerUri === null && (await hasMembers(db, uri));
    yield* lookInto(document, memberPath ?? [], { isInside: false, standsFor: 1 }, !isKnown);
  };

  async function* lookInto(
    document: SampleDocument,
    memberPath: readonly string[],
    place: Pick<LookedAt, 'isInside' | 'standsFor'>,
    looksInside: boolean,
  ): AsyncGenerator<LookedAt> {
    const base = { document, ...place, pages: 0, read: null };
    let extraction: Extraction | null;
    try {
      const looked = await readOne(document, memberPath, place.isInside);
      extraction = looked.extraction;
      yield { ...base, ...looked.found };
    } catch (error) {
      if (!(error instanceof DocumentFailure)) throw error;
      yield { ...base, state: 'unreadable' };
      return;
    }
    const children = looksInside ? (extraction?.children ?? []) : [];
    const some = spread(children, Math.min(INSIDE_ONE, insideLeft));
    insideLeft -= some.length;
    const standsFor = (place.standsFor * children.length) / Math.max(1, some.length);
    for (const { path } of some) {
      yield* lookInto(document, [...memberPath, path], { isInside: true, standsFor }, true);
    }
  }

  async function readOne(
    document: SampleDocument,
    memberPath: readonly string[],
    isInside: boolean,
  ): Promise<{ extraction: Extraction | null; found: Pick<LookedAt, 'state' | 'pages' | 'read'> }> {
    const path = fileURLToPath(document.containerUri ?? document.uri);
    const file = { path, name: basename(path), memberPath, timeoutMs: TIMEOUT_MS };
    const stored = isInside ? null : document.contentSha256;
    const known = stored === null ? null : await loadText(db, stored);
    const knownText =
      known === null ? null : { contentSha256: stored!, extractorVersion: known.extraction.extractorVersion };
    const opened = <T>(work: (passwords: readonly string[]) => Promise<T>) =>
      withPasswords(work, passwordsFile);
    const read = await opened((passwords) => {
      const readsPictures = performance.now() < ocrUntilMs;
      const wanted = { known: knownText, ocrLanguages: readsPictures ? languages : null };
      return sandbox.extract({ ...file, passwords, ...wanted }, signal);
    });
    const sha = read.contentSha256;
    const extraction = read.extraction ?? known?.extraction ?? null;
    const isCopy = seen.has(sha);
    seen.add(sha);
    const isAnswered = usesCache && (isCopy || (await hasAnswer(sha)));
    if (isAnswered) return { extraction, found: { state: 'cached', pages: 0, read: null } };
    // What OCR had no time for here is no text to run with.
    if (keepTexts && languages === null && read.extraction !== null) await saveText(db, sha, read.extraction);
    if (extraction === null) return { extraction, found: { state: 'paid', pages: 1, read: null } };
    if (extraction.isArchive === true) {
      return { extraction, found: { state: 'archive', pages: 0, read: null } };
    }
    const found = {
      state: 'paid',
      pages: extraction.metadata.pages ?? 1,
      read: {
        extraction,
        contentSha256: sha,
        render: (order) => opened((passwords) => sandbox.render({ ...file, passwords }, order, signal)),
      },
    } satisfies Pick<LookedAt, 'state' | 'pages' | 'read'>;
    return { extraction, found };
  }

  async function hasAnswer(sha: string): Promise<boolean> {
    return recipeId !== null && (await cachedResults(db, recipeId, [sha])).has(sha);
  }
}

/** At most so many of a list, evenly spread over it. */
function spread<T>(all: readonly T[], most: number): T[] {
  const count = Math.min(all.length, most);
  return Array.from({ length: count }, (_, index) => all[Math.floor(((index + 0.5) * all.length) / count)]!);
}
