// Writes samples/: small documents of our own, three of them bad. The same bytes every time.
//   node scripts/make-samples.mjs
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freezeTime } from './freeze-time.mjs';

freezeTime('2026-03-02T09:00:00Z');
const folder = join(dirname(fileURLToPath(import.meta.url)), '../samples');
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });

// After the freeze: these libraries keep the clock they find when they are loaded.
const { pdfSamples } = await import('./samples-pdf.mjs');
const { officeSamples } = await import('./samples-office.mjs');
const { textSamples } = await import('./samples-text.mjs');
const { badSamples } = await import('./samples-bad.mjs');

const samples = {
  ...textSamples(),
  ...(await pdfSamples()),
  ...(await officeSamples()),
  ...(await badSamples()),
};
for (const [name, bytes] of Object.entries(samples)) writeFileSync(join(folder, name), bytes);
const total = Object.values(samples).reduce((sum, bytes) => sum + Buffer.byteLength(bytes), 0);
process.stdout.write(`${Object.keys(samples).length} samples, ${total} bytes\n`);
