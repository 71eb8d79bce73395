import PostalMime from 'postal-mime';
import type { Draft, ReaderInput } from './draft.ts';
import { readHtml } from './read-html.ts';

/** A page that a browser saved with its pictures in one file: the page is read as HTML. */
export async function readMhtml(input: ReaderInput): Promise<Draft> {
  const page = await PostalMime.parse(input.bytes);
  const draft = readHtml({ ...input, bytes: Buffer.from(page.html ?? page.text ?? '') });
  const savedAt = Date.parse(page.date ?? '');
  return {
    ...draft,
    metadata: {
      ...(page.subject === undefined || page.subject === '' ? {} : { title: page.subject }),
      ...(Number.isNaN(savedAt) ? {} : { createdAt: new Date(savedAt).toISOString() }),
      ...draft.metadata,
    },
    images: page.attachments
      .filter(({ mimeType }) => mimeType.startsWith('image/'))
      .map(({ filename, mimeType }, index) => ({ name: filename ?? `image ${index + 1}`, mimeType })),
  };
}
