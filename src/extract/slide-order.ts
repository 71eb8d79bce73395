import { readZipDirectory, readZipText } from './zip-directory.ts';

const MAX_PART_BYTES = 4 * 1024 * 1024;

export interface SlideOrder {
  /** The numbers in the slides' file names, in the order in which they are shown; empty when it cannot be told. */
  slides: number[];
  /** The number in the name of a notes file, by the number of its slide. */
  notes: Map<number, number>;
  /** The XML of a slide's charts, by the number of the slide. */
  charts: Map<number, string[]>;
}

/** Which slide comes when, and whose notes and charts are whose: file names do not say it, only the relationships do. */
export function slideOrder(bytes: Buffer): SlideOrder {
  const entries = new Map((readZipDirectory(bytes) ?? []).map((entry) => [entry.name, entry]));
  const read = (name: string): string => readZipText(bytes, entries.get(name), MAX_PART_BYTES) ?? '';

  const targets = relationships(read('ppt/_rels/presentation.xml.rels'));
  const list = /<p:sldIdLst\b[\s\S]*?<\/p:sldIdLst>/.exec(read('ppt/presentation.xml'))?.[0] ?? '';
  const slides = [...list.matchAll(/<p:sldId\b[^>]*\br:id="([^"]+)"/g)].flatMap(([, id]) =>
    numberIn(targets.get(id!), 'slide'),
  );
  const notes = new Map<number, number>();
  const charts = new Map<number, string[]>();
  for (const slide of slides) {
    for (const target of relationships(read(`ppt/slides/_rels/slide${slide}.xml.rels`)).values()) {
      for (const note of numberIn(target, 'notesSlide')) notes.set(slide, note);
      for (const chart of numberIn(target, 'chart')) {
        charts.set(slide, [...(charts.get(slide) ?? []), read(`ppt/charts/chart${chart}.xml`)]);
      }
    }
  }
  return { slides, notes, charts };
}

function relationships(xml: string): Map<string, string> {
  const pairs = [...xml.matchAll(/<Relationship\b[^>]*>/g)].map(([tag]): [string, string] => [
    /\bId="([^"]*)"/.exec(tag)?.[1] ?? '',
    /\bTarget="([^"]*)"/.exec(tag)?.[1] ?? '',
  ]);
  return new Map(pairs);
}

function numberIn(target: string | undefined, name: string): number[] {
  const number = new RegExp(`(?:^|/)${name}(\\d+)\\.xml$`).exec(target ?? '')?.[1];
  return number === undefined ? [] : [Number(number)];
}
