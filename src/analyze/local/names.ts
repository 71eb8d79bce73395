import nlp from 'compromise/two';

/** Capitalised words in a row, with what stands between the parts of names. */
const capitalised =
  /(?<![\p{L}\p{M}\d'’@./-])\p{Lu}[\p{L}\p{M}'’-]{0,30}\.?(?: {1,2}(?:(?:de|del|della|di|da|van|von|der|den|la|le|bin|al|of|and|&) {1,2}){0,2}\p{Lu}[\p{L}\p{M}'’-]{0,30}\.?){0,5}/gu;
const honorific =
  /^(?:Mr|Mrs|Ms|Miss|Dr|Prof|Professor|Sir|Lady|Herr|Herrn|Frau|Mme|Monsieur|Madame|Señor|Señora)\.? /;
const greeting = /^(?:Dear|Hello|Hi|Sehr geehrter?|Lieber?|Cher|Chère|Estimad[oa]) /;
const organisation =
  /(?:^| )(?:Inc|Ltd|Limited|LLC|LLP|PLC|Corp|Corporation|Company|Co|GmbH|AG|KG|SA|SARL|BV|NV|AB|Oy|SpA|University|Institute|Foundation|Bank|Association|Agency|Ministry|Council|Holdings|Partners)\.?$/;
const personTags = ['MaleName', 'FemaleName', 'FirstName', 'Person'];
const placeTags = ['City', 'Country', 'Region', 'Place'];

/** Tags of compromise's lexicon by lower-case word. Its tagger would cost 7 ms per 1,000 characters. */
const lexicon = (nlp.model() as { one: { lexicon: Record<string, string | string[]> } }).one.lexicon;

/** Persons and organisations, each once, in order of appearance. */
export function findNames(text: string): string[] {
  const names = new Set<string>();
  for (const [run] of text.matchAll(capitalised)) {
    for (const part of partsOf(run)) {
      const name = nameIn(part);
      if (name !== null) names.add(name);
    }
  }
  return withoutShorter([...names]);
}

/** `Anna Pavlovna` is left out where `Anna Pavlovna Scherer` stands too. */
function withoutShorter(names: string[]): string[] {
  const beginnings = new Set(
    names.flatMap((name) => [...name.matchAll(/ /g)].map(({ index }) => name.slice(0, index))),
  );
  return names.filter((name) => !beginnings.has(name));
}

/** A full stop ends a name unless it follows an initial or a title; `and` joins two persons. */
function partsOf(run: string): string[] {
  return run
    .replace(/ {2,}/g, ' ')
    .split(/(?<=[^\s.]{4,}\.) | and (?=\p{Lu}[\p{L}'’-]* \p{Lu})/u)
    .map((part) => part.trim());
}

/** The run, or what of it follows a first word that merely begins the sentence. */
function nameIn(run: string): string | null {
  const plain = run.replace(greeting, '').replace(/['’]s$/, '');
  if (honorific.test(plain)) return withoutStop(plain);
  const words = plain.split(' ');
  if (words.length >= 2 && organisation.test(plain)) {
    const own = isSentenceStart(words) ? words.slice(1) : words;
    return own.slice(0, -1).every(isOrdinaryWord) ? null : withoutStop(own.join(' '));
  }
  if (isTagged(plain, ['Organization'])) return withoutStop(plain);
  const start = words.findIndex((word) => isTagged(word, personTags) && !isTagged(word, placeTags));
  const rest = words.slice(start);
  if (start === -1 || start > 1 || rest.length < 2 || rest.length > 4) return null;
  return rest.slice(1).some(isOrdinaryWord) ? null : withoutStop(rest.join(' '));
}

function isSentenceStart(words: string[]): boolean {
  return words.length > 2 && /^(?:The|A|An|At|In|By|For|From|With|To|Our|Dear|And|But)$/.test(words[0]!);
}

/** `May Invoice`, `Grace Period`: a word that the lexicon knows as a plain noun or verb makes no name. */
function isOrdinaryWord(word: string): boolean {
  const tags = tagsOf(word);
  return (
    tags.length > 0 &&
    !tags.some((tag) => [...personTags, 'LastName', 'ProperNoun', 'Honorific', ...placeTags].includes(tag))
  );
}

function isTagged(text: string, wanted: string[]): boolean {
  return tagsOf(text).some((tag) => wanted.includes(tag));
}

function tagsOf(text: string): string[] {
  const key = text.toLowerCase().replace(/\.$/, '');
  return Object.hasOwn(lexicon, key) ? [lexicon[key]!].flat() : [];
}

/** The full stop of `Inc.` and `Jr.` belongs to the name, that of a sentence does not. */
function withoutStop(name: string): string {
  return /(?:Inc|Ltd|Co|Corp|Jr|Sr| \p{Lu})\.$/u.test(name) ? name : name.replace(/\.$/, '');
}
