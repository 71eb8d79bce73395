import { expect } from 'chai';
import fc from 'fast-check';
import { gzipSync } from 'node:zlib';
import { memberPaths } from '../../../src/extract/member-paths.ts';
import { extractContent, extractMember, failureOf } from './extract.ts';
import { tarOf } from '../../support/tar.ts';
import { zipOf } from '../../support/zip.ts';

const mail = [
  'From: Ines <ines@books.example>',
  'To: Ravi <ravi@water.example>',
  'Subject: Two files',
  'Message-ID: <2@books.example>',
  'Date: Wed, 25 Feb 2026 14:03:00 +0000',
  'MIME-Version: 1.0',
  'Content-Type: multipart/mixed; boundary="part"',
  '',
  '--part',
  'Content-Type: text/plain',
  '',
  'See below.',
  '--part',
  'Content-Type: text/csv; name="rows.csv"',
  'Content-Disposition: attachment; filename="../rows.csv"',
  '',
  'a,b\n1,2',
  '--part',
  'Content-Type: text/plain; name="rows.csv"',
  'Content-Disposition: attachment; filename="rows.csv"',
  '',
  'x,y\n3,4',
  '--part',
  'Content-Type: application/pkcs7-signature; name="smime.p7s"',
  'Content-Disposition: attachment; filename="smime.p7s"',
  '',
  'MIIB',
  '--part--',
].join('\r\n');

describe('documents inside documents', () => {
  it('are listed by an archive, and each is read by its way to it', async () => {
    const inner = zipOf({ 'deep/note.txt': 'The inner note.', 'empty/': '' });
    const outer = zipOf({ 'readme.md': '# Hello', 'b/inner.zip': inner, '__MACOSX/._readme.md': 'x' });
    const { extraction } = await extractContent('outer.zip', outer);
    expect(extraction).to.include({ isArchive: true });
    expect(extraction?.children.map(({ path }) => path)).to.deep.equal(['readme.md', 'b/inner.zip']);
    const note = await extractMember('outer.zip', outer, ['b/inner.zip', 'deep/note.txt']);
    expect(note.extraction?.markdown).to.equal('The inner note.');
    expect(note.contentSha256).to.match(/^[0-9a-f]{64}$/);
  });

  it('are found in tar files of every dialect, compressed or not, without links', async () => {
    const long = `${'x'.repeat(120)}/long.txt`;
    const pax = `${`path=${long}\n`.length + 4} path=${long}\n`;
    const tar = tarOf([
      { name: './a/one.txt', content: 'One.' },
      { name: 'pax', content: pax, type: 'x' },
      { name: 'cut', content: 'Two.' },
      { name: '././@LongLink', content: `/abs/three.txt\0`, type: 'L' },
      { name: 'cut', content: 'Three.' },
      { name: 'passwords', type: '2' },
      { name: 'folder/', type: '5' },
    ]);
    for (const [name, bytes] of [
      ['a.tar', tar],
      ['a.tar.gz', gzipSync(tar)],
    ] as const) {
      const { extraction } = await extractContent(name, bytes);
      expect(extraction?.children.map(({ path }) => path)).to.deep.equal([
        'a/one.txt',
        long,
        'abs/three.txt',
      ]);
      expect(extraction?.warnings).to.deep.equal(['1 links and devices of the archive were left out']);
      const read = await extractMember(name, bytes, ['abs/three.txt']);
      expect(read.extraction?.markdown).to.equal('Three.');
    }
  });

  it('are what a compressed file holds', async () => {
    const read = await extractMember('notes.txt.gz', gzipSync('Some notes.'), ['notes.txt']);
    expect(read.extraction?.markdown).to.equal('Some notes.');
  });

  it('are the attachments of a mail, under names of their own, without its signature', async () => {
    const { extraction } = await extractContent('two.eml', mail);
    expect(extraction?.markdown).to.contain('See below.');
    expect(extraction?.children.map(({ path }) => path)).to.deep.equal(['rows.csv', 'rows (2).csv']);
    const second = await extractMember('two.eml', mail, ['rows (2).csv']);
    expect(second.extraction?.markdown).to.contain('| 3 | 4 |');
    const box = `From ines@books.example Wed Feb 25 14:03:00 2026\r\n${mail}\r\n`;
    const ofBox = await extractMember('all.mbox', box, ['1/rows.csv']);
    expect(ofBox.extraction?.markdown).to.contain('| 1 | 2 |');
  });

  it('fail alone: encrypted, damaged, empty, or gone since they were listed', async () => {
    const zip = zipOf({ 'a.txt': 'A text.', 'empty.txt': '' });
    const locked = zipOf({ 'a.txt': 'A text.' }, { encrypted: true });
    const broken = Buffer.from(zip);
    broken.writeUInt32LE(7, zip.indexOf('PK\x01\x02') + 16);
    for (const [bytes, name, code] of [
      [locked, 'a.txt', 'encrypted'],
      [broken, 'a.txt', 'corrupt'],
      [zip, 'empty.txt', 'empty'],
      [zip, 'b.txt', 'missing'],
    ] as const) {
      expect((await failureOf(extractMember('a.zip', bytes, [name]))).code).to.equal(code);
    }
    expect((await extractContent('a.zip', locked)).extraction?.children).to.have.length(1);
  });

  it('are opened with the password that fits, in the old encryption of zip files and in AES', async () => {
    // Made by Info-ZIP and by pyzipper with the password `secret`.
    const old =
      'UEsDBAoACQAAAM5TeV3k/+9IGwAAAA8AAAAFABwAcy50eHRVVAkAA8S4BmvEuAZrdXgLAAEEAAAAAAQAAAAAz7F/HtQl/LI/HDkJWJPEI0K1TP1rSuUDgpZzUEsHCOT/70gbAAAADwAAAFBLAQIeAwoACQAAAM5TeV3k/+9IGwAAAA8AAAAFABgAAAAAAAEAAACkgQAAAABzLnR4dFVUBQADxLgGa3V4CwABBAAAAAAEAAAAAFBLBQYAAAAAAQABAEsAAABqAAAAAAA=';
    const aes =
      'UEsDBBQAAQBjAOJTeV0AAAAAKwAAAA0AAAAFAAsAcy50eHQBmQcAAgBBRQMIAN7AD0Vr5GyG8j4Bb+vTrr+ID6iQfEYzBa4/LS+mOIYs6Kfa2amr9T8+czBQSwECFAMUAAEAYwDiU3ldAAAAACsAAAANAAAABQALAAAAAAAAAAAAgAEAAAAAcy50eHQBmQcAAgBBRQMIAFBLBQYAAAAAAQABAD4AAABZAAAAAAA=';
    for (const [base64, text] of [
      [old, 'An old secret.'],
      [aes, 'A new secret.'],
    ] as const) {
      const bytes = Buffer.from(base64, 'base64');
      const { extraction } = await extractMember('a.zip', bytes, ['s.txt'], ['wrong', 'secret']);
      expect(extraction?.markdown).to.equal(text);
      const failure = await failureOf(extractMember('a.zip', bytes, ['s.txt'], ['wrong']));
      expect(failure.code).to.equal('encrypted');
    }
  });

  it('never come from an archive that is a trap', async () => {
    const traps: [string, Buffer, string][] = [
      ['out.zip', zipOf({ '../../x': 'x', 'a.txt': 'a' }), 'unsafe_name'],
      ['out.zip', zipOf({ 'a\\..\\..\\x': 'x' }), 'unsafe_name'],
      ['out.tar', tarOf([{ name: 'a/../../x', content: 'x' }]), 'unsafe_name'],
      ['lie.zip', zipOf({ 'a.txt': 'a' }, { declaredBytes: 4_000_000_000 }), 'archive_bomb'],
      [
        'many.zip',
        zipOf(Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`${n}`, 'x']))),
        'too_many_entries',
      ],
      ['links.tar', tarOf([{ name: 'a', type: '2' }]), 'empty'],
      ['nothing.zip', zipOf({}), 'empty'],
      ['cut.zip', zipOf({ 'a.txt': 'a' }).subarray(0, 60), 'corrupt'],
      ['cut.tar.gz', gzipSync(tarOf([{ name: 'a', content: 'a' }])).subarray(0, 60), 'corrupt'],
    ];
    for (const [name, bytes, code] of traps) {
      const { code: found } = await failureOf(extractContent(name, bytes, { maxChildren: 30 }));
      expect([name, found]).to.deep.equal([name, code]);
    }
    const bomb = gzipSync(Buffer.alloc(80 * 1024 * 1024));
    expect((await failureOf(extractContent('bomb.gz', bomb))).code).to.equal('archive_bomb');
    const small = zipOf({ a: Buffer.alloc(1000) }, { declaredBytes: 10 });
    expect((await failureOf(extractMember('small.zip', small, ['a']))).code).to.equal('archive_bomb');
  });

  it('end at a depth: an archive is refused there, a mail keeps its attachments closed', async () => {
    let bytes: Buffer = zipOf({ 'a.txt': 'a', 'two.eml': mail });
    for (let level = 0; level < 3; level += 1) bytes = zipOf({ 'in.zip': bytes });
    const way = ['in.zip', 'in.zip', 'in.zip'];
    const refused = await failureOf(extractMember('out.zip', bytes, way));
    expect(refused.code).to.equal('container_too_deep');
    const { extraction } = await extractMember('out.zip', bytes, [...way, 'two.eml']);
    expect(extraction?.children).to.deep.equal([]);
    expect(extraction?.warnings.join()).to.contain('2 attachments were not read');
  });

  it('have names that are unique, short and without a way out, whatever the archive says', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 300 }), { maxLength: 20 }), (names) => {
        const safe = names.filter((name) => !/(^|[\\/])\s*\.\.\s*([\\/]|$)/.test(name));
        const paths = memberPaths(safe);
        expect(new Set(paths).size).to.equal(safe.length);
        for (const path of paths) {
          expect(Buffer.byteLength(path)).to.be.within(1, 210);
          expect(path).to.not.match(/\p{Cc}|^\/|\\/u);
          expect(path.split('/')).to.not.include.members(['..']);
        }
      }),
    );
  });
});
