import { createHash } from 'node:crypto';
import type { AnalysisInput, Analyzer, Json } from '../domain/analyzer.ts';
import type { DocumentFailure } from '../domain/failure.ts';
import { critical, permanent, transient } from '../domain/failure.ts';
import { firstWord, isProgramThere } from './exec-program.ts';
import type { ProgramEnd } from './run-program.ts';
import { runProgram } from './run-program.ts';
import { redact } from '../redact.ts';
import { shownLine } from './shown-line.ts';
import { MAX_ANSWER_BYTES, requestBody } from './request-body.ts';
import { withoutSecrets } from './without-secrets.ts';

const stage = { stage: 'analyze' } as const;

/** `exec:<command>`: any program; the document as JSON on stdin, the answer as JSON on stdout, the verdict as exit code. */
export function createExecAnalyzer(
  command: string,
  { env, cwd }: { env: NodeJS.ProcessEnv; cwd?: string | undefined },
): Analyzer {
  const hash = createHash('sha256').update(command).digest('hex').slice(0, 16);
  const program = redact(firstWord(command) ?? 'sh');
  const options = { env: withoutSecrets(env), cwd };
  return {
    name: 'exec',
    version: '1',
    provider: `exec:${hash}`,
    makesCalls: false,
    cacheKey: () => `exec/1:${hash}`,
    async preflight(signal) {
      const word = firstWord(command);
      if (word === null || (await isProgramThere(word, options, signal))) return;
      throw critical('analyzer_not_found', `The program \`${program}\` of the analyzer was not found`, stage);
    },
    async analyze(document: AnalysisInput, signal) {
      const end = await runProgram(command, {
        ...options,
        stdin: requestBody(document),
        timeoutMs: document.timeoutMs,
        maxStdoutBytes: MAX_ANSWER_BYTES,
        signal,
      });
      if (end.kind !== 'exit' || end.code !== 0) throw failureOf(end, program, document.timeoutMs);
      return { answer: parseAnswer(end.stdout, program), calls: 0, callsOk: 0 };
    },
  };
}

function parseAnswer(stdout: string, program: string): Json {
  try {
    return JSON.parse(stdout) as Json;
  } catch {
    const got = stdout.trim() === '' ? 'nothing' : `${Buffer.byteLength(stdout)} bytes that are not JSON`;
    throw permanent('invalid_answer', `Expected JSON on stdout of \`${program}\`, got ${got}`, stage);
  }
}

/** Exit codes follow sysexits.h: 65 data, 75 temporary, 78 configuration. */
function failureOf(end: ProgramEnd, program: string, timeoutMs: number): DocumentFailure {
  switch (end.kind) {
    case 'timeout':
      return transient('analyzer_timeout', `\`${program}\` gave no answer within ${timeoutMs} ms`, stage);
    case 'too_much_output':
      return permanent('invalid_answer', `\`${program}\` wrote more than ${MAX_ANSWER_BYTES} bytes`, stage);
    case 'not_started':
      return transient('analyzer_unavailable', `\`${program}\` could not be started: ${end.error.message}`, {
        ...stage,
        cause: end.error,
      });
    case 'signal':
      return permanent('analyzer_crashed', said(end.stderr, `\`${program}\` was ended by ${end.signal}`), {
        ...stage,
        context: { signal: end.signal },
      });
    case 'exit':
      return exitFailure(end.code, end.stderr, program);
  }
}

function exitFailure(code: number, stderr: string, program: string): DocumentFailure {
  const options = { ...stage, context: { exitCode: code } };
  switch (code) {
    case 65:
      return permanent('analyzer_rejected', said(stderr, `\`${program}\` refused the document`), options);
    case 75:
      return transient('analyzer_unavailable', said(stderr, `\`${program}\` asked for another try`), options);
    case 78:
      return critical(
        'analyzer_misconfigured',
        said(stderr, `\`${program}\` is not configured rightly`),
        options,
      );
    case 126:
    case 127:
      return critical(
        'analyzer_not_found',
        said(stderr, `The program \`${program}\` was not found or cannot be run`),
        options,
      );
    default:
      return permanent(
        'analyzer_crashed',
        said(stderr, `\`${program}\` ended with exit code ${code}`),
        options,
      );
  }
}

/** The program's own last words, else ours. */
function said(stderr: string, otherwise: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  return shownLine(lines.at(-1) ?? '') || otherwise;
}
