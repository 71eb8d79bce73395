// The same files read by docbatch and by MarkItDown in one run: at least three times as fast, and on each format at least
// as much of the known texts.
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { packageRoot } from '../src/paths.ts';
import { check } from './check.ts';

const corpus = process.argv[2] ?? join(packageRoot, '../shared/corpus');
const bench = [join(packageRoot, 'dist/bench/extract.js'), corpus, '--peer'];
const { stdout } = await promisify(execFile)(process.execPath, bench, { maxBuffer: 64 * 1024 * 1024 });
const speed = /^On the (\d+) files that both read: .*: ([\d.]+) times as fast\.$/m.exec(stdout);
check('files that both read', Number(speed?.[1]) > 100, speed?.[0] ?? 'MarkItDown could not be installed');
check('at least three times as fast', Number(speed?.[2]) >= 3, speed?.[2] ?? 'unknown');
const rows = stdout
  .split('\n')
  .filter((line) => /^\| \w+ \| \d+ \|/.test(line))
  .map((line) => line.split('|').map((cell) => cell.trim()));
const compared = rows.filter((cells) => cells[6] !== '' && cells[8] !== '');
const less = compared.filter((cells) => Number(cells[6]) < Number(cells[8]));
check('formats compared on known texts', compared.length >= 20, compared.length);
check(
  'never fewer of the known words',
  less.length === 0,
  less.map((cells) => [cells[1], cells[6], cells[8]]),
);
