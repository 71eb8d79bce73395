// Characters in every encoding, dates of workbooks as ISO dates, and a text or facts from the formats of old and of phones.
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ExcelJS from 'exceljs';
import { packageRoot } from '../src/paths.ts';
import { knownFiles } from '../test/support/known-files.ts';
import { knownTexts } from '../test/support/known-texts.ts';
import { runCli } from '../test/support/run-cli.ts';
import { check } from './check.ts';

const corpus = process.argv[2] ?? join(packageRoot, '../shared/corpus');
const ofCorpus: [string, string[]][] = [
  ['unstructured/fake-text-utf-16.txt', ['This is a test document to use for unit tests.']],
  ['unstructured/fake-text-utf-16-be.txt', ['This is a test document to use for unit tests.']],
  ['unstructured/fake-text-utf-16-le.txt', ['This is a test document to use for unit tests.']],
  ['unstructured/fake-text-utf-32.txt', ['This is a test document to use for unit tests.']],
  ['unstructured/stanley-cups-utf-16.csv', ['| Team | Location |', '| Maple Leafs | TOR |']],
  ['unstructured/factbook-utf-16.xml', ['capital: Washington, DC', 'leader: Justin Trudeau']],
  ['unstructured/example-steelJIS-datasheet-utf-16.html', ['SteelJIS: Japanese Steels and Alloys']],
  ['unstructured/eml/fake-email-utf-16-be.eml', ['Roses are red']],
  ['markitdown/test_mskanji.csv', ['| 佐藤太郎 | 30 | 東京 |', '髙橋淳']],
  ['unstructured/umlauts-non-utf8.md', ['können', 'äöüß']],
  ['unstructured/fake-html-cp1252.html', ['Das war köstlich!', '15,50 €', "L'été était très chaud"]],
  ['unstructured/fake.doc', ['Lorem ipsum dolor sit amet']],
  ['unstructured/fake-power-point.ppt', ['Adding a Bullet Slide', 'Find the bullet slide layout']],
  ['unstructured/fake-email.msg', ['Matthew Robinson', 'Roses are red']],
  ['unstructured/winter-sports.epub', ['winter']],
  ['unstructured/fake.odt', ['Lorem ipsum dolor sit amet']],
  ['unstructured/fake-doc.rtf', ['My First Heading', 'My first paragraph.']],
  ['unstructured/img/DA-1p.heic', ['595 × 842 pixels']],
];

const folder = await mkdtemp(join(tmpdir(), 'docbatch-encodings-'));
try {
  for (const [file, strings] of ofCorpus) await reads(join(corpus, file), file, strings);

  const book = new ExcelJS.Workbook();
  const sheet = book.addWorksheet('Days');
  sheet.addRow(['day', 'minute', 'long']);
  sheet.addRow([new Date('2026-05-03'), new Date('2026-05-03T14:30:00Z'), new Date('1999-12-31')]);
  ['dd.mm.yyyy', 'm/d/yy h:mm', '[$-409]d\\ mmmm\\ yyyy'].forEach((format, n) => {
    sheet.getRow(2).getCell(n + 1).numFmt = format;
  });
  await book.xlsx.writeFile(join(folder, 'days.xlsx'));
  await reads(join(folder, 'days.xlsx'), 'dates of a workbook', [
    '2026-05-03 |',
    '2026-05-03T14:30',
    '1999-12-31',
  ]);

  const german = knownTexts[1]!;
  const words = ['Bücherei am Mühlenbach', 'größte Ärgernis'];
  for (const ending of ['mbox', 'rtf', 'epub', 'odt', 'utf16.txt', 'latin1.txt']) {
    const path = join(folder, `known.${ending}`);
    await writeFile(path, await knownFiles[ending]!(german));
    await reads(path, `.${ending}`, words);
  }
  const inEncodings: [string, Buffer][] = [
    ['utf32le.txt', Buffer.concat([Buffer.from([0xff, 0xfe, 0, 0]), utf32('Žluťoučký kůň')])],
    ['utf16be-without-bom.txt', Buffer.from('Žluťoučký kůň úpěl', 'utf16le').swap16()],
  ];
  for (const [name, bytes] of inEncodings) {
    await writeFile(join(folder, name), bytes);
    await reads(join(folder, name), name, ['Žluťoučký kůň']);
  }
} finally {
  await rm(folder, { recursive: true });
}

async function reads(path: string, what: string, strings: string[]): Promise<void> {
  const { stdout, stderr, exitCode } = await runCli(packageRoot, 'extract', path);
  const lost = strings.filter((text) => !stdout.toLowerCase().includes(text.toLowerCase()));
  check(
    what,
    exitCode === 0 && lost.length === 0,
    lost.length === 0 ? `${stdout.length} characters` : { lost, stderr },
  );
}

function utf32(text: string): Buffer {
  const points = Array.from(text, (character) => character.codePointAt(0)!);
  return Buffer.from(new Uint32Array(points).buffer);
}
