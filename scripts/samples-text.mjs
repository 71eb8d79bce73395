/** The text formats; two of them in the encoding that older programs write. */
export function textSamples() {
  return {
    'customers.csv': latin1([
      'Number;Name;City;Customer since;Credit limit',
      '1001;Orchard Books;Exeter;2021-05-03;5000,00',
      '1002;Müller & Söhne;Köln;2019-11-18;12000,00',
      '1003;Café Crème;Orléans;2024-02-29;750,00',
    ]),
    'press-readings.tsv': lines([
      'Time\tPress\tTemperature (C)\tSheets per hour',
      '2026-02-24T08:00:00Z\t1\t41.5\t9800',
      '2026-02-24T09:00:00Z\t1\t43.0\t10150',
      '2026-02-24T10:00:00Z\t2\t39.8\t8700',
    ]),
    'letter-of-complaint.txt': latin1([
      'Jürgen Großmann',
      'Lindenstraße 7, 50674 Köln',
      '',
      'Köln, den 11. Februar 2026',
      '',
      'Sehr geehrte Damen und Herren,',
      '',
      'die am 2. Februar gelieferten Prospekte (Auftrag 8841) sind leider fehlerhaft: Auf Seite 3',
      'fehlt die Überschrift, und die Farben weichen stark vom Muster ab. Ich bitte um Nachdruck bis',
      'zum 27. Februar 2026 oder um Erstattung von 420,00 €.',
      '',
      'Mit freundlichen Grüßen',
      'Jürgen Großmann',
    ]),
    'support-log.txt': lines([
      '2026-02-24 08:12 Ticket 5521 opened by daniel.reyes@brightwater.example: press 2 reports error E-17.',
      '2026-02-24 08:40 Tomasz Nowak: the paper sensor was dirty and has been cleaned.',
      '2026-02-24 09:05 Press 2 runs again. Ticket 5521 closed.',
    ]),
    'release-notes.md': lines([
      '# Release notes 4.2',
      '',
      'Published on 19 February 2026.',
      '',
      '## New',
      '',
      '- Orders can be split over **several** presses.',
      '- Proofs are sent as PDF, see <https://docs.brightwater.example/proofs>.',
      '',
      '## Known issues',
      '',
      '| Issue | Work-around |',
      '| --- | --- |',
      '| Colour profile is lost on import | Import again |',
    ]),
    'travel-policy.html': lines([
      '<!doctype html>',
      '<html lang="en">',
      '<head><meta charset="utf-8"><title>Travel policy</title><meta name="author" content="Clara Osei">',
      '<style>body { font-family: sans-serif }</style></head>',
      '<body>',
      '<h1>Travel policy</h1>',
      '<p>Valid from <b>1 January 2026</b> for all employees of Brightwater Print Co.</p>',
      '<h2>Limits</h2>',
      '<table><tr><th>Expense</th><th>Limit</th></tr>',
      '<tr><td>Hotel, per night</td><td>GBP 120.00</td></tr>',
      '<tr><td>Meals, per day</td><td>GBP 35.00</td></tr></table>',
      '<ul><li>Book trains at least 7 days ahead.</li><li>Flights need the consent of your manager.</li></ul>',
      '<p>Questions? Write to <a href="mailto:travel@brightwater.example">the travel desk</a>.</p>',
      '<script>document.title = "not content";</script>',
      '</body></html>',
    ]),
    'purchase-order.xml': lines([
      '<?xml version="1.0" encoding="UTF-8"?>',
      '<purchaseOrder number="PO-7730" date="2026-02-26" currency="GBP">',
      '  <buyer><name>Brightwater Print Co.</name><city>Hull</city></buyer>',
      '  <supplier><name>Halden Paper Ltd.</name><city>Norwich</city></supplier>',
      '  <item sku="A4-80"><description>A4 paper, 80 g</description><quantity>120</quantity><price>4.05</price></item>',
      '  <item sku="A3-120"><description>A3 paper, 120 g</description><quantity>30</quantity><price>9.20</price></item>',
      '  <total>762.00</total>',
      '</purchaseOrder>',
    ]),
    'product.json': `${JSON.stringify({ sku: 'BR-220', title: 'Photo book, 40 pages', price: { amount: 34.9, currency: 'GBP' }, formats: ['A4', 'A5'], inStock: true, releasedOn: '2025-10-01', contact: 'shop@brightwater.example' })}\n`,
    'press-settings.yaml': lines([
      '# Settings of press 2 after the service of 24 February 2026',
      'title: Press 2',
      'speed: 8700 # sheets per hour',
      'colours: [cyan, magenta, yellow, black]',
      'service:',
      '  last: 2026-02-24',
      '  technician: Tomasz Nowak',
    ]),
    'order-question.eml': crlf([
      'From: Ines Duarte <ines@orchard-books.example>',
      'To: Brightwater Orders <orders@brightwater.example>',
      'Cc: Ravi Menon <ravi.menon@brightwater.example>',
      'Subject: =?utf-8?Q?Question_about_order_8902_=E2=80=93_delivery?=',
      'Date: Wed, 25 Feb 2026 14:03:00 +0000',
      'Message-ID: <8902.question@orchard-books.example>',
      'MIME-Version: 1.0',
      'Content-Type: multipart/mixed; boundary="part"',
      '',
      '--part',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Transfer-Encoding: quoted-printable',
      '',
      'Hello,',
      '',
      'can order 8902 (1,500 catalogues, GBP 2,140.00) be delivered on 10 March 20=',
      '26 instead of 12 March? Our caf=C3=A9 opens on the 11th.',
      '',
      'Kind regards',
      'Ines Duarte, +44 1392 555 0177',
      '',
      '--part',
      'Content-Type: text/plain; charset=utf-8',
      'Content-Disposition: inline',
      '',
      'Order 8902: 1,500 catalogues',
      '--part--',
    ]),
    'newsletter.eml': crlf([
      'From: Kestrel Tours <news@kestrel-tours.example>',
      'To: subscribers@kestrel-tours.example',
      'Subject: Spring tours 2026',
      'Date: Mon, 2 Mar 2026 07:30:00 +0000',
      'Message-ID: <spring.2026@kestrel-tours.example>',
      'MIME-Version: 1.0',
      'Content-Type: text/html; charset=utf-8',
      '',
      '<html><body><h1>Spring tours</h1><p>Book before <b>31 March 2026</b> and save 10 %.</p>',
      '<ul><li>Lake District, 4 days, GBP 390.00</li><li>Cornwall, 6 days, GBP 610.00</li></ul></body></html>',
    ]),
  };
}

function lines(list) {
  return `${list.join('\n')}\n`;
}

function crlf(list) {
  return `${list.join('\r\n')}\r\n`;
}

/** Windows-1252: Latin 1 and, of its additions, the euro sign. */
function latin1(list) {
  return Buffer.from(`${list.join('\r\n')}\r\n`.replaceAll('€', '\u0080'), 'latin1');
}
