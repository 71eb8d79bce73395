import type { Config } from '../../config.ts';
import { ocrData } from '../../extract/ocr-data.ts';
import { ocrFolder } from '../../sandbox/sandbox-options.ts';
import { networkCut, permissionFlags } from '../../sandbox/launch-flags.ts';
import { check } from './check.ts';
import type { Check } from './check.ts';

/** How well the processes that read documents are shut in on this machine. */
export function examineSandbox(): Promise<Check> {
  return check('sandbox', () => {
    const files =
      permissionFlags(['/']).length > 0
        ? 'reads only the application and its scratch folder'
        : 'may read what this user may: this Node has no permission model';
    const cut = networkCut();
    const network =
      cut === null
        ? 'network closed by replaced functions of Node only (`unshare --net` is not allowed here)'
        : `no network (\`${cut.slice(0, -1).join(' ')}\`)`;
    return Promise.resolve({ state: cut === null ? 'warn' : 'ok', detail: `${files}; ${network}` });
  });
}

/** What becomes of scans and images here. */
export function examinePictures(config: Pick<Config, 'ocr' | 'limits' | 'projectDir'>): Promise<Check> {
  return check('scans', async () => {
    const { default: sharp } = await import('sharp');
    const { languages } = config.ocr;
    const hasData = ocrData(languages, ocrFolder(config)) !== null;
    const shown = `shown to Claude as pictures, at most ${config.limits.maxPictures} a document (sharp ${sharp.versions.sharp})`;
    const names = languages.join(', ');
    return hasData
      ? { state: 'ok', detail: `${shown}; --ocr reads ${names}` }
      : { state: 'warn', detail: `${shown}; --ocr has no data for ${names} (ocr.dataFolder)` };
  });
}
