import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { formats } from '../../src/extract/formats.ts';
import { packageRoot } from '../../src/paths.ts';
import type { CliContext } from '../context.ts';
import type { Register } from '../program.ts';

/** What a limit is for, as a person would say it; the codes are those of src/domain/failure-codes.ts. */
const limitTexts: Readonly<Record<string, string>> = {
  maxFileBytes: 'bytes of a file (too_large)',
  maxParsedBytes: 'bytes of a file that is not plain text, CSV or NDJSON (too_large)',
  maxTextChars: 'characters of text kept; the rest is cut, with a warning',
  maxOutputBytes: 'bytes of one result (output_too_large)',
  maxUnpackedBytes: 'bytes that a zipped document unpacks to (archive_bomb)',
  maxUnpackRatio: 'unpacked bytes per packed byte, above 64 MiB (archive_bomb)',
  maxEntries: 'files inside a zipped document (too_many_entries)',
  maxDepth: 'levels of nested elements or values (nested_too_deep)',
  maxEntityChars: 'characters that XML entities expand to (entity_expansion)',
  maxPixels: 'pixels of an image (image_too_large)',
  maxPictures: 'pages and pictures without text that a model is shown; the rest is left out, with a warning',
  maxPictureBytes: 'bytes of one of them; above it is compressed more, then made smaller',
  maxChildren: 'documents inside one file, at all depths (too_many_entries)',
  maxChildDepth: 'containers inside each other (container_too_deep)',
  extractionHeapMb: 'MiB of heap of the reading process (parse_oom)',
  extractionRssMb: 'MiB of resident memory of the reading process (parse_memory)',
  stallSeconds: 'seconds without progress (parse_stalled)',
  extractionSeconds: 'seconds in all (parse_timeout)',
};

export function registerFormats(register: Register): void {
  const command = new Command('formats')
    .description('list the formats that are read, with which library, and the limits')
    .option('--json', 'as JSON');
  register(command, listFormats);
}

function listFormats(context: CliContext, options: { json?: boolean }): Promise<number> {
  const versions = packageVersions();
  const limits = context.config().limits as unknown as Record<string, number>;
  const rows = formats.map(({ name, mimeType, extensions, libraries }) => ({
    name,
    mimeType,
    extensions,
    libraries: libraries.map((library) => `${library} ${versions[library] ?? ''}`.trim()),
  }));
  if (options.json === true) {
    const shown = Object.fromEntries(Object.keys(limitTexts).map((key) => [key, limits[key]]));
    context.out(JSON.stringify({ formats: rows, limits: shown }, null, 2));
    return Promise.resolve(0);
  }
  for (const { name, extensions, libraries } of rows) {
    const endings = extensions.map((extension) => `.${extension}`).join(' ');
    context.out(`${name.padEnd(27)} ${endings.padEnd(28)} ${libraries.join(', ') || 'docbatch'}`);
  }
  context.out(
    '\nScanned pages and images are shown to Claude as pictures (send in its profile), or read on this machine with --ocr.',
  );
  context.out('\nLimits (limits in docbatch.yaml):');
  for (const [key, text] of Object.entries(limitTexts)) {
    context.out(`${key.padEnd(17)} ${String(limits[key]).padStart(11)}  ${text}`);
  }
  return Promise.resolve(0);
}

/** Dependencies are pinned, so what package.json says is what is installed. */
function packageVersions(): Record<string, string> {
  const file = readFileSync(join(packageRoot, 'package.json'), 'utf8');
  return (JSON.parse(file) as { dependencies: Record<string, string> }).dependencies;
}
