import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { projectFolder, runCli } from '../support/run-cli.ts';
import { scannedPdf } from '../support/scanned-pdf.ts';

describe('the command extract', function () {
  this.timeout(60_000);

  it('says which path it looked for when there is no such file', async () => {
    const { folder, remove } = await projectFolder();
    try {
      const { exitCode, stderr } = await runCli(folder, 'extract', 'nothere.pdf');
      expect(exitCode).to.equal(1);
      expect(stderr).to.include('Cannot find `nothere.pdf`').and.include(`no file \`${folder}/nothere.pdf\``);
    } finally {
      await remove();
    }
  });

  it('says what is not inside a file, not that the file is not there', async () => {
    const { folder, remove } = await projectFolder();
    try {
      await writeFile(join(folder, 'note.txt'), 'nothing inside');
      const { exitCode, stderr } = await runCli(folder, 'extract', 'note.txt', '--member', 'offer.csv');
      expect([exitCode, stderr]).to.deep.include(1);
      expect(stderr).to.include('There is no `offer.csv` in `note.txt`').and.not.include('Cannot find');
    } finally {
      await remove();
    }
  });

  it('reads a scan with --ocr, and says what it is without', async () => {
    const { folder, remove } = await projectFolder();
    try {
      await writeFile(join(folder, 'scan.pdf'), await scannedPdf(['Invoice 2026-0117 of the paper mill']));
      const plain = await runCli(folder, 'extract', 'scan.pdf');
      expect([plain.exitCode, plain.stdout.trim()]).to.deep.equal([0, '']);
      expect(plain.stderr).to.contain('1 of 1 pages have no text layer');
      const read = await runCli(folder, 'extract', 'scan.pdf', '--ocr');
      expect(read.stdout).to.contain('Invoice 2026-0117 of the paper mill');
      expect(read.stderr).to.contain('read by OCR (eng)');
      await writeFile(join(folder, 'docbatch.yaml'), 'ocr: { languages: [deu] }');
      const german = await runCli(folder, 'extract', 'scan.pdf', '--ocr');
      expect([german.exitCode, german.stderr]).to.satisfy(
        ([code, text]: [number, string]) => code === 1 && text.includes('no data for OCR in `deu`'),
      );
    } finally {
      await remove();
    }
  });
});
