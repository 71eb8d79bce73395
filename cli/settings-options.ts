import { resolve } from 'node:path';
import type { Command } from 'commander';
import { InvalidArgumentError, Option } from 'commander';
import type { BatchSettings } from '../src/domain/batch.ts';
import { defaultSettings } from '../src/domain/batch.ts';
import { NANO_PER_USD } from '../src/domain/money.ts';
import { passwordsPath } from '../src/sandbox/read-passwords.ts';

export interface SettingsFlags {
  batchSize?: number;
  parallel?: number;
  retries?: number;
  retryDelay?: number;
  timeout?: number;
  maxFailures?: BatchSettings['maxFailures'];
  halt?: 'soon' | 'now';
  priority?: number;
  cache?: boolean;
  out?: string;
  notify?: string[];
  passwords?: string;
  budget?: number;
  deadline?: number;
}

/**
 * The flags that become a batch's settings. `set` and `retry` change what a batch has already: what is left out there
 * stays, so that no default is named.
 */
export function addSettings(command: Command, { isNew }: { isNew: boolean }): Command {
  const usual = (value: string) => (isNew ? `; default: ${value}` : '');
  return command
    .option('-b, --batch-size <n>', `documents per chunk (1 to 500${usual('50')})`, whole(1, 500))
    .option('-p, --parallel <n>', `documents in work at once (1 to 1000${usual('5')})`, whole(1, 1000))
    .option('-r, --retries <n>', `tries after the first one (0 to 20${usual('3')})`, whole(0, 20))
    .option(
      '--retry-delay <time>',
      `first wait before a retry, then doubled (500ms, 2s, 1m, 1h${usual('2s')})`,
      duration,
    )
    .option(
      '--timeout <time>',
      `limit for reading, and for analyzing, one document (30s, 10m, 1h${usual('10m')})`,
      timeLimit,
    )
    .option(
      '--max-failures <n|p%>',
      `halt when more documents fail (10, or 5%${usual('never')})`,
      failureBudget,
    )
    .addOption(
      new Option(
        '--halt <how>',
        `what halting does with documents in work: finish them, or put them back${isNew ? ' (default: soon)' : ''}`,
      ).choices(['soon', 'now']),
    )
    .option('--priority <n>', `which batch goes first (1, first, to 5${usual('3')})`, whole(1, 5))
    .option('--no-cache', 'analyze again what has equal content')
    .option('--out <dir>', 'one JSON file per document in this folder')
    .option('--passwords <file>', 'one a line, tried on what is protected; only the path is stored')
    .option('--budget <USD>', `stop before paid calls cost more, in USD (5, 0.50${usual('no limit')})`, usd)
    .option(
      '--deadline <time>',
      'claude-batch: ask online what is not answered by then; 4h, or a date with a time',
      moment,
    )
    .option(
      '--notify <target>',
      'command or https URL that is told of halted, finished, stalled, review; repeatable',
      notifyTarget,
    );
}

export function settingsFrom(flags: SettingsFlags, userDir: string): BatchSettings {
  return { ...defaultSettings, ...changedSettings(flags, userDir) };
}

/** Only what the user typed. Throws `ConfigError` when the file of passwords cannot be read here. */
export function changedSettings(flags: SettingsFlags, userDir: string): Partial<BatchSettings> {
  const { retryDelay, timeout, out, cache, budget, deadline, passwords, ...same } = flags;
  const known = ['batchSize', 'parallel', 'retries', 'maxFailures', 'halt', 'priority', 'notify'] as const;
  return {
    ...Object.fromEntries(known.filter((key) => same[key] !== undefined).map((key) => [key, same[key]])),
    ...(retryDelay === undefined ? {} : { retryDelayMs: retryDelay }),
    ...(timeout === undefined ? {} : { timeoutMs: timeout }),
    ...(cache === false ? { cache: false } : {}),
    ...(budget === undefined ? {} : { budgetNanoUsd: Math.round(budget * NANO_PER_USD) }),
    ...(deadline === undefined ? {} : { deadlineAtMs: deadline }),
    ...(passwords === undefined ? {} : { passwordsFile: passwordsPath(passwords, userDir) }),
    ...(out === undefined ? {} : { outDir: resolve(userDir, out), outBase: userDir }),
  };
}

/** For options that may be given several times: unlike `<value...>` it leaves the arguments after it alone. */
export function repeated(value: string, before: string[] | undefined): string[] {
  return [...(before ?? []), value];
}

/** A word with `://` is an address, never a command. */
function notifyTarget(value: string, before: string[] | undefined): string[] {
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(value) && !(/^https?:/i.test(value) && URL.canParse(value))) {
    throw new InvalidArgumentError(`Expected a command or an https address, got \`${value}\`.`);
  }
  return repeated(value, before);
}

function whole(from: number, to: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < from || value > to) {
      throw new InvalidArgumentError(`Expected a whole number from ${from} to ${to}, got \`${text}\`.`);
    }
    return value;
  };
}

/** Dollars with at most nine decimals. */
export function usd(text: string): number {
  if (!/^\$?\d{1,9}(\.\d{1,9})?$/.test(text)) {
    throw new InvalidArgumentError(`Expected an amount in USD such as 5 or 0.50, got \`${text}\`.`);
  }
  return Number(text.replace('$', ''));
}

const UNITS: Record<string, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 };

/** A time limit of nothing would fail every document. */
function timeLimit(text: string): number {
  const ms = duration(text);
  if (ms === 0) throw new InvalidArgumentError('Expected a time above 0, such as 30s, 10m, 1h.');
  return ms;
}

/** Milliseconds. */
export function duration(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)$/.exec(text);
  if (match === null)
    throw new InvalidArgumentError(`Expected a time such as 500ms, 2s, 10m, got \`${text}\`.`);
  return Math.round(Number(match[1]) * (UNITS[match[2] ?? 's'] ?? 1_000));
}

/** Milliseconds since 1970: of a date, or of so much time from now. */
function moment(text: string): number {
  const isDuration = /^\d+(\.\d+)?(ms|s|m|h)$/.test(text);
  const at = isDuration ? Date.now() + duration(text) : Date.parse(text);
  if (!isDuration && at < Date.now())
    throw new InvalidArgumentError(`Expected a time to come, got \`${text}\`.`);
  if (!Number.isNaN(at)) return at;
  throw new InvalidArgumentError(`Expected a time such as 30m, 4h or 2026-12-01T08:00, got \`${text}\`.`);
}

function failureBudget(text: string): BatchSettings['maxFailures'] {
  const match = /^(\d+(?:\.\d+)?)(%?)$/.exec(text);
  if (
    match === null ||
    (match[2] === '' && !/^\d+$/.test(text)) ||
    (match[2] === '%' && Number(match[1]) > 100)
  ) {
    throw new InvalidArgumentError(
      `Expected a count such as 10, or a percentage such as 5%, got \`${text}\`.`,
    );
  }
  return match[2] === '%' ? { percent: Number(match[1]) } : { count: Number(match[1]) };
}
