// Documents inside documents: a mail with two attachments and a zip within a zip come with their parents; traps are
// refused, among them an archive that contains itself byte for byte, and nothing is written.
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { projectFolder, startCli } from '../test/support/run-cli.ts';
import { quineZip } from '../test/support/quine-zip.ts';
import { tarOf } from '../test/support/tar.ts';
import { zipOf } from '../test/support/zip.ts';
import { check, checkAccount, lookInto } from './check.ts';

interface Item {
  uri: string;
  name: string;
  parent: string | null;
  state: string;
  class: string | null;
  code: string | null;
}

const evil = 'docbatch-evil-name.txt';
const project = await projectFolder();
const docs = join(project.folder, 'docs');
const temporary = join(project.folder, 'tmp');
await mkdir(docs);
await mkdir(temporary);
const cli = (...args: string[]) => startCli(project.folder, args, { TMPDIR: temporary }).done;

try {
  await writeFile(join(docs, 'two.eml'), mailWith(['offer.csv', 'terms.txt']));
  const inner = zipOf({ 'deep/inner.txt': 'The inner text of 3 May 2026.', 'list.csv': 'a,b\n1,2\n' });
  await writeFile(
    join(docs, 'outer.zip'),
    zipOf({ 'readme.md': '# Hello\n\nText.', 'folder/in.zip': inner, 'mail.eml': mailWith(['one.txt']) }),
  );
  await writeFile(join(docs, 'texts.tar.gz'), gzipSync(tarOf([{ name: './a/b.txt', content: 'In a tar.' }])));
  await writeFile(join(docs, 'notes.txt.gz'), gzipSync('Some compressed notes.'));
  const traps: Record<string, [Buffer, string]> = {
    'bomb.zip': [zipOf({ 'zeros.bin': Buffer.alloc(100 * 1024 * 1024) }), 'archive_bomb'],
    'bomb.gz': [gzipSync(Buffer.alloc(100 * 1024 * 1024)), 'archive_bomb'],
    'names.zip': [zipOf({ [`../../${evil}`]: 'x' }), 'unsafe_name'],
    'names.tar': [tarOf([{ name: `../../${evil}`, content: 'x' }]), 'unsafe_name'],
    'quine.zip': [quineZip(), 'archive_loop'],
    'many.zip': [zipOf(numbered(10_000, () => 'x')), 'too_many_entries'],
  };
  for (const [name, [bytes]] of Object.entries(traps)) await writeFile(join(docs, name), bytes);
  await writeFile(join(docs, 'quine-inside.zip'), zipOf({ 'folder/quine.zip': quineZip() }));
  await writeFile(join(docs, 'nest.zip'), nested(6));
  await writeFile(join(docs, 'growing.zip'), growing());

  await cli('up');
  const { stdout, exitCode } = await cli('process', docs, '--json');
  const { documents, counts } = JSON.parse(stdout) as { documents: Item[]; counts: { total: number } };
  check('the batch ends by itself, with failures', exitCode === 2, exitCode);
  const db = await lookInto(project.folder);
  await checkAccount(db, counts.total);
  await db.close();

  const uriOf = (name: string) => documents.find(({ uri }) => uri.endsWith(`/${name}`))!.uri;
  const under = (parent: string) => documents.filter((item) => item.parent === parent);
  const completed = (items: Item[]) =>
    items.filter(({ state }) => state === 'completed').map(({ name }) => name);
  const ofMail = completed(under(uriOf('two.eml')));
  check('a mail and its two attachments', ofMail.join() === 'offer.csv,terms.txt', ofMail);
  const ofZip = completed(under(uriOf('outer.zip')));
  check('an archive and its three members', ofZip.length === 3, ofZip);
  const ofInner = completed(under(`${uriOf('outer.zip')}!folder/in.zip`));
  check('the archive in it and its two', ofInner.join() === 'inner.txt,list.csv', ofInner);
  const ofInnerMail = completed(under(`${uriOf('outer.zip')}!mail.eml`));
  check('the mail in it and its one', ofInnerMail.join() === 'one.txt', ofInnerMail);
  for (const name of ['texts.tar.gz', 'notes.txt.gz']) {
    check(
      `one document in ${name}`,
      completed(under(uriOf(name))).length === 1,
      completed(under(uriOf(name))),
    );
  }
  const parents = new Set(documents.map(({ uri }) => uri));
  const orphans = documents.filter(({ parent }) => parent !== null && !parents.has(parent));
  check('every parent is there', orphans.length === 0, orphans.length);

  for (const [name, [, code]] of Object.entries(traps)) {
    const item = documents.find(({ uri }) => uri === uriOf(name))!;
    check(`${name}: ${code}, for good`, item.code === code && item.class === 'permanent', item.code);
    check(`${name}: brings nothing`, under(item.uri).length === 0, under(item.uri).length);
  }
  const deepest = documents.filter(({ uri, state }) => uri.includes('/nest.zip!') && state === 'failed');
  check(
    'the nest ends at its depth',
    deepest.map(({ code }) => code).join() === 'container_too_deep',
    deepest,
  );
  const inside = documents.find(({ uri }) => uri.endsWith('/quine-inside.zip!folder/quine.zip'));
  check('nor goes on inside another archive', inside?.code === 'archive_loop', inside?.code);
  const grown = documents.filter(({ uri }) => uri.includes('/growing.zip!'));
  const stopped = grown.filter(({ code }) => code === 'too_many_entries').length;
  check('what multiplies is stopped', stopped > 0 && grown.length < 8000, {
    documents: grown.length,
    stopped,
  });

  const report = (await cli('report', 'last')).stdout.split('\n');
  const at = report.findIndex((line) => line.startsWith('| two.eml |'));
  const rows = report.slice(at + 1, at + 3).map((line) => line.split(' | ')[0]);
  check(
    'the report has the mail with its attachments',
    rows.join() === '| two.eml!offer.csv,| two.eml!terms.txt',
    rows,
  );

  const left = await readdir(temporary, { recursive: true });
  const scratch = left.filter((name) => /docbatch-scratch-.*\//.test(name));
  check('the scratch folder is empty', scratch.length === 0, scratch);
  const all = await readdir(project.folder, { recursive: true });
  const written = all.filter((name) => name.endsWith(evil));
  check('no name became a path', written.length === 0, written);
} finally {
  await project.remove();
}

function numbered(count: number, content: (n: number) => string | Buffer): Record<string, string | Buffer> {
  return Object.fromEntries(Array.from({ length: count }, (_, n) => [`${n}.zip`, content(n)]));
}

function nested(levels: number): Buffer {
  let bytes = zipOf({ 'a.txt': 'The innermost text.' });
  for (let level = 1; level < levels; level++) bytes = zipOf({ 'in.zip': bytes });
  return bytes;
}

/** 30 × 30 × 30: each level multiplies. */
function growing(): Buffer {
  let bytes = zipOf(numbered(30, (n) => `Text ${n}`));
  for (let level = 0; level < 2; level++) {
    const below = bytes;
    bytes = zipOf(numbered(30, () => below));
  }
  return bytes;
}

function mailWith(names: string[]): string {
  const attachments = names.flatMap((name) => [
    '--part',
    `Content-Type: ${name.endsWith('.csv') ? 'text/csv' : 'text/plain'}; name="${name}"`,
    `Content-Disposition: attachment; filename="${name}"`,
    '',
    name.endsWith('.csv') ? 'item,price\nchair,120\ntable,340' : 'Payment within 30 days.',
  ]);
  return [
    ...['From: Ines <ines@books.example>', 'To: Ravi <ravi@water.example>', 'Subject: Two files'],
    ...['Date: Wed, 25 Feb 2026 14:03:00 +0000', `Message-ID: <${names.length}@books.example>`],
    ...['MIME-Version: 1.0', 'Content-Type: multipart/mixed; boundary="part"', ''],
    ...['--part', 'Content-Type: text/plain', '', 'Please find the files attached.'],
    ...attachments,
    '--part--',
  ].join('\r\n');
}
