import { createHash } from 'node:crypto';
import { pdfOfLines } from './samples-pdf.mjs';

/** What every real folder has: a broken download, a locked file, an empty one. */
export async function badSamples() {
  const report = await pdfOfLines('Annual report', 'Brightwater Print Co.', [
    { text: 'Annual report 2025', size: 20, bold: true },
    { text: 'Revenue rose by 4 % to GBP 2,410,000.00.' },
  ]);
  return {
    'annual-report-truncated.pdf': report.subarray(0, Math.floor(report.length * 0.4)),
    'payslip-encrypted.pdf': encryptedPdf('Payslip March 2026', 'open sesame'),
    'scan-empty.txt': '',
  };
}

/** One page, 40-bit RC4 (standard security handler, revision 2) with a user password. */
function encryptedPdf(text, password) {
  const id = Buffer.from('00112233445566778899aabbccddeeff', 'hex');
  const permissions = -4;
  const padded = pad(password);
  const ownerEntry = rc4(md5(padded).subarray(0, 5), padded);
  const flags = Buffer.alloc(4);
  flags.writeInt32LE(permissions);
  const key = md5(Buffer.concat([padded, ownerEntry, flags, id])).subarray(0, 5);
  const userEntry = rc4(key, pad(''));

  const content = rc4(objectKey(key, 4), Buffer.from(`BT /F1 18 Tf 60 760 Td (${text}) Tj ET`));
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    Buffer.concat([
      Buffer.from(`<< /Length ${content.length} >>\nstream\n`),
      content,
      Buffer.from('\nendstream'),
    ]),
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    `<< /Filter /Standard /V 1 /R 2 /P ${permissions} /O <${ownerEntry.toString('hex')}> /U <${userEntry.toString('hex')}> >>`,
  ];
  const pieces = [Buffer.from('%PDF-1.4\n')];
  const offsets = [];
  let length = pieces[0].length;
  for (const [index, object] of objects.entries()) {
    offsets.push(length);
    const piece = Buffer.concat([
      Buffer.from(`${index + 1} 0 obj\n`),
      Buffer.from(object),
      Buffer.from('\nendobj\n'),
    ]);
    pieces.push(piece);
    length += piece.length;
  }
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const hexId = `<${id.toString('hex')}>`;
  const trailer = `<< /Size ${objects.length + 1} /Root 1 0 R /Encrypt 6 0 R /ID [${hexId} ${hexId}] >>`;
  pieces.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${table}trailer\n${trailer}\nstartxref\n${length}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(pieces);
}

/** A password as the PDF standard wants it: 32 bytes, filled up with a fixed string. */
function pad(password) {
  const filling = Buffer.from('28bf4e5e4e758a4164004e56fffa01082e2e00b6d0683e802f0ca9fe6453697a', 'hex');
  return Buffer.concat([Buffer.from(password, 'latin1'), filling]).subarray(0, 32);
}

function objectKey(key, number) {
  const salted = Buffer.concat([key, Buffer.from([number & 255, number >> 8, number >> 16, 0, 0])]);
  return md5(salted).subarray(0, key.length + 5);
}

function md5(bytes) {
  return createHash('md5').update(bytes).digest();
}

/** OpenSSL 3 no longer offers it. */
function rc4(key, bytes) {
  const state = Uint8Array.from({ length: 256 }, (_, index) => index);
  for (let i = 0, j = 0; i < 256; i += 1) {
    j = (j + state[i] + key[i % key.length]) & 255;
    [state[i], state[j]] = [state[j], state[i]];
  }
  let i = 0;
  let j = 0;
  return Buffer.from(bytes).map((byte) => {
    i = (i + 1) & 255;
    j = (j + state[i]) & 255;
    [state[i], state[j]] = [state[j], state[i]];
    return byte ^ state[(state[i] + state[j]) & 255];
  });
}
