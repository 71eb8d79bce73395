import { expect } from 'chai';
import { extractContent, failureOf } from './extract.ts';

async function typeOf(name: string, content: string): Promise<string> {
  return (await extractContent(name, content)).mimeType;
}

describe('the type of a file', () => {
  it('is told by its content where that is unmistakable', async () => {
    expect(await typeOf('page.txt', '<!DOCTYPE html><html><body>Hello</body></html>')).to.equal('text/html');
    expect(await typeOf('data.dat', '<?xml version="1.0"?><a>1</a>')).to.equal('application/xml');
    expect(
      await typeOf('mail.txt', 'From: a@b.example\nMIME-Version: 1.0\nSubject: x\nDate: now\n\nHello'),
    ).to.equal('message/rfc822');
    expect(await typeOf('invoice.pdf', 'This is only text, whatever its name.')).to.equal('text/plain');
  });

  it('is told by its name where the content fits many', async () => {
    expect(await typeOf('list.csv', 'a,b\n1,2\n')).to.equal('text/csv');
    expect(await typeOf('list.txt', 'a,b\n1,2\n')).to.equal('text/plain');
    expect(await typeOf('notes.md', 'plain words')).to.equal('text/markdown');
    expect(await typeOf('From the start.txt', 'From: the start\nto: the end\n')).to.equal('text/plain');
  });

  it('is guessed for text without a telling name', async () => {
    expect(await typeOf('data', '{"a": [1, 2]}')).to.equal('application/json');
    expect(await typeOf('table', 'a\tb\n1\t2\n3\t4\n')).to.equal('text/tab-separated-values');
    expect(await typeOf('README', '# Title\n\nSome words.\n')).to.equal('text/markdown');
    expect(await typeOf('notes', 'Some words, and more.\nThat is all.')).to.equal('text/plain');
  });

  it('is unsupported for anything else, and the message names it', async () => {
    const sound = Buffer.concat([Buffer.from('RIFF\x24\x08\0\0WAVEfmt ', 'latin1'), noise]);
    const failure = await failureOf(extractContent('song.wav', sound));
    expect(failure).to.include({ failureClass: 'permanent', code: 'unsupported_type' });
    expect(failure.message).to.contain('.wav, audio/wav');
    for (const bytes of [noise, Buffer.from([0, 1, 2, 3, 0, 200])]) {
      expect(await failureOf(extractContent('x.bin', bytes))).to.include({ code: 'unsupported_type' });
    }
    const printed = await failureOf(extractContent('page.txt', '%!PS-Adobe-3.0\n/Times findfont\n'));
    expect(printed.message).to.contain('application/postscript');
  });

  it('is no text where compressed bytes look like a script of many characters', async () => {
    const pattern = Buffer.alloc(6000, Buffer.from([0x8a, 0x28, 0x8a, 0x28, 0x51, 0x02]));
    const names = ['scan.jpg', 'scan'];
    const jpeg = Buffer.concat([Buffer.from('\xff\xd8\xff\xe0\0\x10JFIF\0\x01', 'latin1'), pattern]);
    for (const name of names) {
      const failure = await failureOf(extractContent(name, jpeg));
      expect(failure).to.include({ code: 'corrupt' });
      expect(failure.message).to.match(/image/);
    }
    expect((await failureOf(extractContent('scan', pattern))).code).to.equal('unsupported_type');
  });

  it('is text in UTF-16 without a mark, in scripts that have few zeros', async () => {
    for (const text of ['東京都の住所録です。名前、年齢、住所。\n', 'Договор поставки, срок: год.\n']) {
      const bytes = Buffer.from(text.repeat(80), 'utf16le');
      expect((await extractContent('text', bytes)).mimeType).to.equal('text/plain');
      expect((await extractContent('text', bytes.swap16())).mimeType).to.equal('text/plain');
    }
  });

  it('is corrupt when binary content bears the name of another format', async () => {
    expect((await failureOf(extractContent('x.docx', noise))).code).to.equal('corrupt');
  });
});

/** Bytes of no format, the same in every run. */
const noise = Buffer.from(Array.from({ length: 999 }, (_, index) => (index * index * 7 + index) % 256));
