import { PDFDocument, StandardFonts, rgb } from 'pdf-lib';

export async function pdfSamples() {
  return {
    'invoice-2026-0117.pdf': await invoice(),
    'rental-contract.pdf': await contract(),
  };
}

/** A document of text lines: `{text, size?, bold?}`; a line `null` starts a page. */
export async function pdfOfLines(title, author, lines) {
  const pdf = await PDFDocument.create();
  pdf.setTitle(title);
  pdf.setAuthor(author);
  const plain = await pdf.embedFont(StandardFonts.Helvetica);
  const bold = await pdf.embedFont(StandardFonts.HelveticaBold);
  let page = pdf.addPage([595, 842]);
  let y = 780;
  for (const line of lines) {
    if (line === null) {
      page = pdf.addPage([595, 842]);
      y = 780;
      continue;
    }
    const size = line.size ?? 11;
    for (const [index, text] of [line.text].flat().entries()) {
      page.drawText(text, {
        x: 60 + index * (line.step ?? 130),
        y,
        size,
        font: line.bold ? bold : plain,
        color: rgb(0, 0, 0),
      });
    }
    y -= size * 1.7;
  }
  return pdf.save();
}

function invoice() {
  const row = (...text) => ({ text, step: 120 });
  return pdfOfLines('Invoice 2026-0117', 'Halden Paper Ltd.', [
    { text: 'Invoice 2026-0117', size: 20, bold: true },
    { text: 'Halden Paper Ltd., 14 Mill Lane, Norwich NR3 1AB' },
    { text: 'Tel. +44 1603 555 0142, accounts@halden-paper.example' },
    { text: ' ' },
    { text: 'Bill to: Brightwater Print Co., 3 Dock Street, Hull HU1 2TR' },
    { text: 'Invoice date: 17 January 2026' },
    { text: 'Due date: 16 February 2026' },
    { text: ' ' },
    { ...row('Item', 'Quantity', 'Unit price', 'Amount'), bold: true },
    row('A4 paper, 80 g', '40', '4.20', '168.00'),
    row('A3 paper, 120 g', '12', '9.50', '114.00'),
    row('Delivery', '1', '18.00', '18.00'),
    { text: ' ' },
    { text: 'Total: GBP 300.00', bold: true },
    { text: ' ' },
    { text: 'Please pay within 30 days, quoting the invoice number.' },
  ]);
}

function contract() {
  return pdfOfLines('Rental contract', 'Marlow & Finch', [
    { text: 'Rental contract', size: 20, bold: true },
    { text: 'between Anna Marlow (landlord) and Peter Finch (tenant)' },
    { text: ' ' },
    { text: '1. Premises', size: 14, bold: true },
    { text: 'The landlord lets the flat at 8 Quay Road, second floor, Bristol BS1 4RT,' },
    { text: 'with 64 square metres, a cellar and one parking space.' },
    { text: '2. Term', size: 14, bold: true },
    { text: 'The tenancy begins on 1 April 2026 and runs for 24 months.' },
    { text: '3. Rent', size: 14, bold: true },
    { text: 'The monthly rent is GBP 1,150.00, due on the first working day of each month.' },
    { text: 'The deposit is GBP 2,300.00 and is returned within 30 days of the end of the term.' },
    null,
    { text: '4. Notice', size: 14, bold: true },
    { text: 'Either party may end the contract with three months of notice in writing.' },
    { text: '5. Repairs', size: 14, bold: true },
    { text: 'Small repairs up to GBP 100.00 each are paid by the tenant.' },
    { text: ' ' },
    { text: 'Bristol, 2 March 2026' },
    { text: 'Anna Marlow                         Peter Finch' },
  ]);
}
