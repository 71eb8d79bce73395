import { zipParts } from './zip-parts.ts';

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
  const parts = zipParts(bytes);
  const targets = parts.references('ppt/presentation.xml');
  const list = /<p:sldIdLst\b[\s\S]*?<\/p:sldIdLst>/.exec(parts.read('ppt/presentation.xml'))?.[0] ?? '';
  const slides = [...list.matchAll(/<p:sldId\b[^>]*\br:id="([^"]+)"/g)].flatMap(([, id]) =>
    numberIn(targets.get(id!), 'slide'),
  );
  const notes = new Map<number, number>();
  const charts = new Map<number, string[]>();
  for (const slide of slides) {
    for (const target of parts.references(`ppt/slides/slide${slide}.xml`).values()) {
      for (const note of numberIn(target, 'notesSlide')) notes.set(slide, note);
      if (/\/charts\/chart[^/]*\.xml$/.test(target)) {
        charts.set(slide, [...(charts.get(slide) ?? []), parts.read(target)]);
      }
    }
  }
  return { slides, notes, charts };
}

function numberIn(target: string | undefined, name: string): number[] {
  const number = new RegExp(`(?:^|/)${name}(\\d+)\\.xml$`).exec(target ?? '')?.[1];
  return number === undefined ? [] : [Number(number)];
}
