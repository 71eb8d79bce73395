import type { Draft, ReaderInput } from './draft.ts';

export interface ImageFacts {
  /** `PNG`, `JPEG` … */
  format: string;
  widthPx?: number;
  heightPx?: number;
  /** Pictures in the file. @default 1 */
  frames?: number;
  /** Whether a model can be shown its pixels. @default false */
  isShown?: boolean;
  title?: string;
  description?: string;
  author?: string;
  /** ISO 8601, without a zone when the camera did not know it. */
  takenAt?: string;
  camera?: string;
  /** `47.36890, 8.53917`. */
  position?: string;
  /** The text layer, as far as the format has one. */
  text?: string;
  encoding?: string;
}

/** What is known of an image without looking at it, as a short text, so that no analyzer takes it for nothing. */
export function imageDraft({ name, mimeType }: ReaderInput, facts: ImageFacts): Draft {
  const { widthPx, heightPx, text = '', frames = 1, isShown = false } = facts;
  const hasSize = widthPx !== undefined && heightPx !== undefined;
  const lines: [string, string | undefined][] = [
    ['Title', facts.title],
    ['Description', facts.description],
    ['Author', facts.author],
    ['Taken', facts.takenAt],
    ['Camera', facts.camera],
    ['Position', facts.position],
  ];
  const list = lines.flatMap(([label, value]) => (value === undefined ? [] : [`- ${label}: ${value}`]));
  const count = frames < 2 ? '' : `, ${frames} pictures`;
  const head = `${facts.format} image${hasSize ? `, ${widthPx} × ${heightPx} pixels` : ''}${count}`;
  return {
    parts: Array.from({ length: frames }, (_, index) => ({
      kind: 'image',
      label: index === 0 ? name : `${name} (${index + 1})`,
      markdown: index === 0 ? [head, list.join('\n'), text].filter(Boolean).join('\n\n') : '',
      ...(isShown && hasSize ? { widthPx, heightPx, isPicture: true } : {}),
    })),
    metadata: {
      ...(facts.title === undefined ? {} : { title: facts.title }),
      ...(facts.author === undefined ? {} : { author: facts.author }),
      ...(facts.takenAt === undefined ? {} : { createdAt: facts.takenAt }),
      ...(facts.encoding === undefined ? {} : { encoding: facts.encoding }),
    },
    images: [{ name, mimeType, ...(hasSize ? { widthPx, heightPx } : {}) }],
    warnings: text === '' ? ['The image has no text layer; only facts about it were read'] : [],
  };
}
