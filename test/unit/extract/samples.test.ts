import { expect } from 'chai';
import { extractSample, failureOf } from './extract.ts';

/** Name, MIME type, and texts that a reader of the sample would look for. */
const good: [string, string, string[]][] = [
  ['customers.csv', 'text/csv', ['| 1002 | Müller & Söhne | Köln | 2019-11-18 | 12000,00 |']],
  [
    'expenses-2026-q1.xlsx',
    'spreadsheetml.sheet',
    ['## January', '| 2026-01-14 | Office |', '| Total |  |  | 844.5 |'],
  ],
  ['inventory.xlsx', 'spreadsheetml.sheet', ['| Toner, cyan | A-13 | 3 | true |']],
  [
    'invoice-2026-0117.pdf',
    'application/pdf',
    ['Due date: 16 February 2026', '| A4 paper, 80 g | 40 | 4.20 | 168.00 |'],
  ],
  [
    'job-offer.docx',
    'wordprocessingml.document',
    ['# Job offer', '**print technician**', 'Salary:\tGBP 31,200.00'],
  ],
  ['letter-of-complaint.txt', 'text/plain', ['Jürgen Großmann', '420,00 €']],
  [
    'meeting-minutes.docx',
    'wordprocessingml.document',
    ['## Decisions', '- The second press', '| Action | Owner | Due |'],
  ],
  [
    'newsletter.eml',
    'message/rfc822',
    ['**Subject:** Spring tours 2026', '# Spring tours', '- Cornwall, 6 days'],
  ],
  [
    'order-question.eml',
    'message/rfc822',
    ['order 8902 – delivery', 'Our café opens', 'Order 8902: 1,500 catalogues'],
  ],
  ['press-readings.tsv', 'text/tab-separated-values', ['| 2026-02-24T08:00:00Z | 1 | 41.5 | 9800 |']],
  ['press-settings.yaml', 'application/yaml', ['```yaml', 'speed: 8700 # sheets per hour']],
  ['product.json', 'application/json', ['```json', '  "sku": "BR-220",']],
  [
    'purchase-order.xml',
    'application/xml',
    ['- purchaseOrder (number PO-7730', '    - description: A3 paper, 120 g'],
  ],
  [
    'quarterly-review.pptx',
    'presentationml.presentation',
    ['Orchard Books', '| December | 213 | 160 |', 'calendar orders'],
  ],
  ['release-notes.md', 'text/markdown', ['## Known issues']],
  ['rental-contract.pdf', 'application/pdf', ['## 3. Rent', 'three months of notice']],
  ['support-log.txt', 'text/plain', ['press 2 reports error E-17']],
  [
    'travel-policy.html',
    'text/html',
    ['| Hotel, per night | GBP 120.00 |', '[the travel desk](mailto:travel@brightwater.example)'],
  ],
];

const bad: [string, string, RegExp][] = [
  ['annual-report-truncated.pdf', 'corrupt', /damaged or cut off/],
  ['payslip-encrypted.pdf', 'encrypted', /protected by a password/],
  ['scan-empty.txt', 'empty', /no text/],
];

describe('the samples', () => {
  for (const [name, mimeType, texts] of good) {
    it(`yields the text of ${name}`, async () => {
      const extracted = await extractSample(name);
      expect(extracted.mimeType).to.contain(mimeType);
      for (const text of texts) expect(extracted.extraction?.markdown).to.contain(text);
    });
  }

  for (const [name, code, message] of bad) {
    it(`says what is wrong with ${name}`, async () => {
      const failure = await failureOf(extractSample(name));
      expect(failure).to.include({ failureClass: 'permanent', code });
      expect(failure.message).to.match(message);
    });
  }

  it('have titles, authors and dates where the format has them', async () => {
    const invoice = (await extractSample('invoice-2026-0117.pdf')).extraction?.metadata;
    expect(invoice).to.include({
      title: 'Invoice 2026-0117',
      author: 'Halden Paper Ltd.',
      pages: 1,
      tables: 1,
    });
    const sheets = (await extractSample('expenses-2026-q1.xlsx')).extraction?.metadata;
    expect(sheets).to.include({
      title: 'Expenses, first quarter of 2026',
      sheets: 2,
      createdAt: '2026-03-02T09:00:00.000Z',
    });
    const mail = (await extractSample('order-question.eml')).extraction?.metadata;
    expect(mail).to.include({
      author: 'Ines Duarte <ines@orchard-books.example>',
      createdAt: '2026-02-25T14:03:00.000Z',
    });
    const page = (await extractSample('travel-policy.html')).extraction?.metadata;
    expect(page).to.include({ title: 'Travel policy', author: 'Clara Osei', language: 'en', tables: 1 });
    const slides = (await extractSample('quarterly-review.pptx')).extraction?.metadata;
    expect(slides).to.include({ title: 'Quarterly review', slides: 3, tables: 1 });
  });

  it('are cut into pages, sheets and slides that lie where the text says', async () => {
    const { extraction } = await extractSample('rental-contract.pdf');
    expect(extraction?.parts.map(({ kind, index }) => `${kind} ${index}`)).to.deep.equal([
      'page 1',
      'page 2',
    ]);
    const second = extraction?.parts[1];
    expect(extraction?.markdown.slice(second?.start, second?.end)).to.match(/^## 4\. Notice/);
    const workbook = (await extractSample('expenses-2026-q1.xlsx')).extraction;
    expect(workbook?.parts.map(({ label }) => label)).to.deep.equal(['January', 'February']);
    const deck = (await extractSample('quarterly-review.pptx')).extraction;
    expect(deck?.parts.map(({ label }) => label)).to.deep.equal(['Slide 1', 'Slide 2', 'Slide 3']);
  });
});
