import { DocumentFailure } from '../domain/failure.ts';
import type { Picture, PictureWanted } from '../domain/pictures.ts';
import type { ReaderInput } from './draft.ts';
import { parserFailure } from './parser-failure.ts';

/** One after the other. What cannot be drawn is left out; when that is all of it, the first failure is thrown. */
export async function renderEach(
  pages: readonly PictureWanted[],
  { onProgress }: ReaderInput,
  render: (wanted: PictureWanted) => Promise<Omit<Picture, 'page'>>,
): Promise<Picture[]> {
  const pictures: Picture[] = [];
  let first: DocumentFailure | null = null;
  for (const wanted of pages) {
    try {
      pictures.push({ page: wanted.page, ...(await render(wanted)) });
    } catch (error) {
      const failure = error instanceof DocumentFailure ? error : parserFailure(error);
      if (failure.code !== 'corrupt') throw failure;
      first ??= failure;
    }
    onProgress();
  }
  if (pictures.length === 0 && first !== null) throw first;
  return pictures;
}
