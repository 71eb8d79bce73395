import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { DocumentFailure } from '../../src/domain/failure.ts';
import { describeFailureCode } from '../../src/domain/failure-codes.ts';
import type { Extraction } from '../../src/domain/extraction.ts';
import { createSandbox } from '../../src/sandbox/pool.ts';
import { readPasswords } from '../../src/sandbox/read-passwords.ts';
import { checkedOcrLanguages } from '../chosen-recipe.ts';
import { ocrFolder, sandboxOptions } from '../../src/sandbox/sandbox-options.ts';
import type { Extracted } from '../../src/sandbox/requests.ts';
import type { CliContext } from '../context.ts';
import { CliError } from '../context.ts';

interface Options {
  json?: boolean;
  parts?: boolean;
  member?: string[];
  passwords?: string;
  ocr?: boolean;
}

export async function extract(context: CliContext, file: string, options: Options): Promise<number> {
  const config = context.config();
  const path = resolve(config.userDir, file);
  const passwords =
    options.passwords === undefined
      ? readPasswords(config.passwordsFile, config.projectDir)
      : readPasswords(options.passwords, config.userDir);
  const ocrLanguages = options.ocr === true ? checkedOcrLanguages(context) : null;
  const sandbox = createSandbox({
    ...sandboxOptions(config.limits),
    ...{ passwords, processes: 1, ocrDataFolder: ocrFolder(config) },
  });
  context.onExit(() => sandbox.close());
  const timeoutMs = config.limits.extractionSeconds * 1000;
  const memberPath = options.member ?? [];
  const request = { path, name: basename(path), memberPath, timeoutMs, known: null, ocrLanguages };
  const extracted = await sandbox
    .extract(request, context.interrupted)
    .catch(explain(file, path, memberPath));
  const extraction = extracted.extraction!;
  if (options.json === true) context.out(JSON.stringify(asJson(path, extracted, options), null, 2));
  else if (options.parts === true) showParts(context, extraction);
  else await context.outLines(asLines(extraction.markdown));
  for (const warning of extraction.warnings) context.err(`! ${warning}`);
  const { length } = extraction.children;
  if (length > 0) {
    const what = length === 1 ? 'One document lies' : `${length} documents lie`;
    context.err(`${what} inside; --member '${extraction.children[0]!.path}' prints one.`);
  }
  return 0;
}

function explain(file: string, path: string, memberPath: readonly string[]): (error: unknown) => never {
  return (error) => {
    if (!(error instanceof DocumentFailure)) throw error;
    // The code's own words are about a document that was registered once.
    if (error.code === 'missing' && existsSync(path)) {
      throw new CliError(`There is no \`${memberPath.join('!')}\` in \`${file}\``, {
        next: 'leave --member out: what lies inside is told at the end',
      });
    }
    if (error.code === 'missing') {
      const why = `there is no file \`${path}\``;
      throw new CliError(`Cannot find \`${file}\``, {
        why,
        next: 'check the path; relative ones start where you stand',
      });
    }
    throw new CliError(`Cannot read \`${file}\` (${error.code})`, {
      why: error.message,
      next: describeFailureCode(error.code).suggestionAnew,
      cause: error,
    });
  };
}

function asJson(path: string, { extraction, ...file }: Extracted, { parts }: Options): unknown {
  if (parts === true) return { path, ...file, parts: extraction!.parts, warnings: extraction!.warnings };
  return { path, ...file, ...extraction! };
}

/** To be piped on as it is. */
async function* asLines(text: string): AsyncIterable<string> {
  yield await Promise.resolve(text);
}

function showParts(context: CliContext, { parts, markdown }: Extraction): void {
  for (const { kind, index, label, start, end } of parts) {
    const head = markdown.slice(start, end).replace(/\s+/g, ' ').slice(0, 60);
    context.out(
      `${`${kind} ${index}`.padEnd(13)} ${`${start}–${end}`.padEnd(15)} ${label.slice(0, 30).padEnd(30)} ${head}`,
    );
  }
}
