import { expect } from 'chai';
import { decodeText } from '../../../src/extract/decode-text.ts';

const german = 'Grüße aus Köln, für 20 € schöne Äpfel';
const russian = [
  0xc4, 0xee, 0xe3, 0xee, 0xe2, 0xee, 0xf0, 0x20, 0xef, 0xee, 0xf1, 0xf2, 0xe0, 0xe2, 0xea, 0xe8,
];
const japanese = [0x96, 0xbc, 0x91, 0x4f, 0x2c, 0x94, 0x4e, 0x97, 0xee, 0x2c, 0x8f, 0x5a, 0x8f, 0x8a];

describe('decodeText', () => {
  it('reads UTF-8 with and without a byte order mark', () => {
    expect(decodeText(Buffer.from(german))).to.deep.equal({ text: german, encoding: 'utf-8' });
    expect(decodeText(Buffer.from(`\ufeff${german}`)).text).to.equal(german);
  });

  it('reads UTF-8 whose last character was cut', () => {
    const bytes = Buffer.from(german.repeat(3) + 'ü');
    expect(decodeText(bytes.subarray(0, -1)).encoding).to.equal('utf-8');
  });

  it('reads UTF-16 in both byte orders, also without a mark', () => {
    const little = Buffer.from(german, 'utf16le');
    const big = Buffer.from(little).swap16();
    expect(decodeText(little)).to.deep.equal({ text: german, encoding: 'utf-16le' });
    expect(decodeText(big)).to.deep.equal({ text: german, encoding: 'utf-16be' });
    expect(decodeText(Buffer.concat([Buffer.from([0xfe, 0xff]), big])).text).to.equal(german);
  });

  it('reads UTF-32 with a mark', () => {
    const codes = [0xfeff, 0x41, 0x20ac, 0x1f600];
    const bytes = Buffer.alloc(codes.length * 4);
    codes.forEach((code, index) => bytes.writeUInt32LE(code, index * 4));
    expect(decodeText(bytes)).to.deep.equal({ text: 'A€😀', encoding: 'utf-32le' });
  });

  it('reads Windows-1252 with its euro sign and quotes', () => {
    const bytes = Buffer.from('Gr\xfc\xdfe, \x84f\xfcr 20 \x80\x93', 'latin1');
    expect(decodeText(bytes)).to.deep.equal({ text: 'Grüße, „für 20 €“', encoding: 'windows-1252' });
  });

  it('guesses Cyrillic and Japanese encodings', () => {
    expect(decodeText(Uint8Array.from(russian))).to.deep.equal({
      text: 'Договор поставки',
      encoding: 'windows-1251',
    });
    expect(decodeText(Uint8Array.from(japanese))).to.deep.equal({
      text: '名前,年齢,住所',
      encoding: 'shift_jis',
    });
  });

  it('believes what the document declares before it guesses', () => {
    const bytes = Uint8Array.from([0xe1, 0xe2, 0xe3]);
    expect(decodeText(bytes, 'iso-8859-7')).to.deep.equal({ text: 'αβγ', encoding: 'iso-8859-7' });
  });

  it('reads short texts of DOS and of old Macs', () => {
    const text = 'Grüße aus München: Die Straße ist schön.';
    const bytes = (letters: Record<string, number>): Uint8Array =>
      Uint8Array.from(Array.from(text, (letter) => letters[letter] ?? letter.charCodeAt(0)));
    const dos = bytes({ ü: 0x81, ß: 0xe1, ö: 0x94 });
    const mac = bytes({ ü: 0x9f, ß: 0xa7, ö: 0x9a });
    expect(decodeText(dos)).to.deep.equal({ text, encoding: 'cp850' });
    expect(decodeText(mac)).to.deep.equal({ text, encoding: 'macintosh' });
  });
});
