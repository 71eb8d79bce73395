import { expect } from 'chai';
import fc from 'fast-check';
import type { LocalInput } from '../../../../src/analyze/local/answer.ts';
import { answerLocally } from '../../../../src/analyze/local/answer.ts';
import type { ExtractionMetadata } from '../../../../src/domain/extraction.ts';

interface Answer {
  language: string | null;
  title: string;
  documentType: string;
  counts: { pages: number | null; words: number; tables: number; images: number };
  summary: string;
  keyPhrases: string[];
  entities: Record<'dates' | 'money' | 'emails' | 'urls' | 'phones' | 'names', string[]>;
}

const invoice = `# Invoice 2026-0417

Acme Widgets GmbH, Hafenstraße 12, 20457 Hamburg
Tel. +49 40 1234567
Bill to: Mrs. Jane Smith
Invoice date: 17 April 2026. Due date: 01.05.2026.

| Item | Quantity | Price |
| --- | --- | --- |
| Blue widget | 3 | 120.00 EUR |
| Red widget | 1 | 45.50 EUR |

Amount due: €1,234.50. Please pay within 14 days to the account below.
Questions? Write to billing@acme.example or see https://acme.example/pay?ref=417.
`;

const letter = `Dear Dr. Brown,

thank you for your letter of March 3, 2026. We have looked into the noise from the cooling plant on the roof. The cooling plant was serviced last week, and the bearings of both fans were changed. Since then the cooling plant has stayed below the limit at night.

Please tell us whether you still hear it. Peter Miller will call you on Friday.

Kind regards,
Anna Fischer
`;

describe('answerLocally', () => {
  it('reads an invoice', () => {
    const answer = answerTo(invoice, { name: 'scan_17.md', mimeType: 'text/markdown' });
    expect(answer).to.include({ language: 'en', title: 'Invoice 2026-0417', documentType: 'invoice' });
    expect(answer.counts).to.include({ tables: 1, images: 0, pages: null });
    expect(answer.entities).to.deep.equal({
      dates: ['17 April 2026', '01.05.2026'],
      money: ['120.00 EUR', '45.50 EUR', '€1,234.50'],
      emails: ['billing@acme.example'],
      urls: ['https://acme.example/pay?ref=417'],
      phones: ['+49 40 1234567'],
      names: ['Acme Widgets GmbH', 'Mrs. Jane Smith'],
    });
  });

  it('reads a letter: its own sentences as the summary, its subject among the key phrases', () => {
    const { documentType, summary, keyPhrases, entities, title } = answerTo(letter, { name: 'to_brown.txt' });
    expect(documentType).to.equal('letter');
    expect(title).to.equal('to brown');
    expect(summary.split(/(?<=\.) /)).to.have.lengthOf.within(1, 3);
    for (const sentence of summary.split(/(?<=\.) /)) expect(letter).to.contain(sentence);
    expect(summary).to.contain('cooling plant');
    expect(keyPhrases[0]).to.match(/cooling plant/i);
    expect(entities.names).to.deep.equal(['Dr. Brown', 'Peter Miller', 'Anna Fischer']);
  });

  const languages: [string, string][] = [
    ['en', 'The committee met on Monday and decided that the road will be closed for two weeks.'],
    ['de', 'Der Ausschuss hat am Montag beschlossen, dass die Straße für zwei Wochen gesperrt wird.'],
    ['fr', 'Le comité a décidé lundi que la route sera fermée pendant deux semaines pour des travaux.'],
    ['es', 'El comité decidió el lunes que la carretera se cerrará durante dos semanas por las obras.'],
    [
      'ru',
      'Комитет решил в понедельник, что дорога будет закрыта на две недели из-за ремонтных работ на мосту.',
    ],
    ['zh', '委员会星期一决定,这条路将关闭两个星期。'],
    ['ja', '委員会は月曜日に、その道路を二週間閉鎖することを決定しました。'],
  ];
  for (const [language, text] of languages) {
    it(`knows ${language} by one sentence, and takes it as the summary`, () => {
      expect(answerTo(text)).to.include({ language, summary: text });
    });
  }

  it('believes what the document says of its language when the text does not tell', () => {
    expect(answerTo('Zürich', { metadata: { language: 'de-CH' } }).language).to.equal('de');
    expect(answerTo('Zürich', { metadata: { language: '??' } }).language).to.equal(null);
  });

  it('tells the columns and rows of sheets', () => {
    const answer = answerTo(
      '## Sales\n\n| region | units |\n|---|---|\n| north | 3 |\n| south | 4 |\n\n## Notes\n\n| a |\n|---|\n',
      { name: 'sales.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet' },
    );
    expect(answer.documentType).to.equal('spreadsheet');
    expect(answer.summary).to.equal(
      'Table “Sales” with 2 columns (region, units) and 2 rows. Table “Notes” with 1 column (a) and 0 rows.',
    );
  });

  const data: [string, string, string, string][] = [
    ['a.csv', 'text/csv', 'id;name\n1;x\n2;y', 'Table with 2 columns (id, name) and 2 rows.'],
    ['a.json', 'application/json', '{"id":1,"tags":[]}', 'JSON object with 2 keys: id, tags.'],
    [
      'a.json',
      'application/json',
      '```json\n[{"id":1},{"x":2}]\n```',
      'JSON list of 2 items with the keys id, x.',
    ],
    ['a.jsonl', 'application/x-ndjson', '{"id":1}\n{"id":2}\n', 'JSON lines: 2 items with the keys id.'],
    ['a.yaml', 'application/yaml', 'name: x\nitems:\n  - y: 1\n', 'Data with 2 top-level keys: name, items.'],
    [
      'a.xml',
      'text/xml',
      '<?xml version="1.0"?><feed><entry a="1"/></feed>',
      'XML with the root element `feed` and the elements entry.',
    ],
  ];
  for (const [name, mimeType, text, summary] of data) {
    it(`describes ${mimeType} like \`${text.slice(0, 20).replaceAll('\n', ' ')}\``, () => {
      expect(answerTo(text, { name, mimeType }).summary).to.equal(summary);
    });
  }

  const types: [string, string, Partial<LocalInput>?][] = [
    ['email', 'From: a@b.example\nTo: c@d.example\nSubject: Lunch\n\nShall we?'],
    ['email', 'Shall we?', { mimeType: 'message/rfc822' }],
    ['minutes', '# Minutes of the board\n\nPresent: A, B. Apologies: C.\n\nAgenda: roof. Next meeting: May.'],
    ['contract', 'This agreement is made between the parties. Governing law: France. Termination: 30 days.'],
    ['report', '# Annual report\n\nFindings and recommendations follow.'],
    [
      'presentation',
      'Hello',
      { mimeType: 'application/vnd.openxmlformats-officedocument.presentationml.presentation' },
    ],
    ['code', 'print(1)', { name: 'a.py' }],
    ['document', 'Nothing in particular.'],
  ];
  for (const [type, text, changes] of types) {
    it(`calls \`${text.slice(0, 30).replaceAll('\n', ' ')}\` ${/^[aeiou]/.test(type) ? 'an' : 'a'} ${type}`, () => {
      expect(answerTo(text, changes).documentType).to.equal(type);
    });
  }

  it('takes a title from the document, a heading, the first line, the subject or the file name', () => {
    const title = (text: string, own?: string) =>
      answerTo(text, { name: 'q3_plan.docx', metadata: own === undefined ? {} : { title: own } }).title;
    expect(title('# B', 'Own title')).to.equal('Own title');
    expect(title('Text.\n\n# The plan', 'Microsoft Word - q3.docx')).to.equal('The plan');
    expect(title('A plan for spring\n\nWe will plant trees.')).to.equal('A plan for spring');
    expect(title('**From:** me\n**Subject:** Lunch\n\nShall we?')).to.equal('Lunch');
    expect(title('we will plant trees.')).to.equal('q3 plan');
  });

  it('does not take numbers, versions and file names for something else', () => {
    const { entities } = answerTo(
      'Version 1.2.3 of part 4711-0815-12345678, at 10.5 bar, 3/4 full, 99 % done, 2026-13-45, user@localhost.',
    );
    expect(entities).to.deep.equal({ dates: [], money: [], emails: [], urls: [], phones: [], names: [] });
  });

  it('says something about documents without any sentence', () => {
    expect(answerTo('# Only a heading').summary).to.equal('Only a heading');
    expect(answerTo('Name: x\nPlace: y').summary).to.equal('Name: x; Place: y');
    expect(answerTo('').summary).to.equal('No text.');
    expect(answerTo('', { metadata: { images: 3 } }).summary).to.equal('No text; images: 3.');
  });

  it('answers any text with a summary and well-formed JSON', () => {
    const odd = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 300 }),
      fc
        .array(
          fc.constantFrom(
            '\0',
            '\ud800',
            '|',
            '|-|\n',
            '```',
            '[',
            '](',
            '#',
            '\n',
            'A',
            '$',
            '1',
            '.',
            '{',
            '"',
            '@',
            '中',
            ' ',
          ),
        )
        .map((parts) => parts.join('')),
    );
    const mimeType = fc.constantFrom(
      'text/plain',
      'text/csv',
      'application/json',
      'application/xml',
      'application/yaml',
    );
    fc.assert(
      fc.property(odd, mimeType, (text, type) => {
        const answer = answerTo(text, { mimeType: type, name: text });
        expect(answer.summary).to.not.equal('');
        expect(JSON.parse(JSON.stringify(answer))).to.deep.equal(answer);
        expect(answer.summary.isWellFormed()).to.equal(true);
      }),
      { numRuns: 300 },
    );
  });

  it('takes time linear in the text, whatever the text', () => {
    for (const piece of [
      'a',
      '1 ',
      '@',
      'a@',
      '[',
      '](',
      '*_',
      '| ',
      '|-|\n',
      'Aa ',
      'A. ',
      '$1,',
      '<a',
      '(1',
      '中',
    ]) {
      const begunAt = performance.now();
      answerTo(piece.repeat(1_000_000 / piece.length));
      expect(performance.now() - begunAt, piece).to.be.below(1_500);
    }
  });
});

function answerTo(
  markdown: string,
  changes: { name?: string; mimeType?: string; metadata?: Partial<ExtractionMetadata> } = {},
): Answer {
  const mimeType = changes.mimeType ?? 'text/plain';
  return answerLocally({
    name: changes.name ?? 'a.txt',
    mimeType,
    extraction: {
      markdown,
      parts: [],
      images: [],
      metadata: {
        mimeType,
        words: markdown.split(/\s+/).filter(Boolean).length,
        characters: markdown.length,
        ...changes.metadata,
      },
      warnings: [],
      children: [],
      extractorVersion: 'test/1',
    },
  }) as unknown as Answer;
}
