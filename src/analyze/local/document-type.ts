import type { ContentCounts } from './counts.ts';

export interface TypeClues {
  name: string;
  mimeType: string;
  title: string;
  /** The beginning of the text, with its markup. */
  head: string;
  counts: ContentCounts;
  /** Whole paragraphs: text that runs on. */
  paragraphs: number;
}

/** Words that show what a text is, in several languages, as they stand in letters and forms. */
const cues: Readonly<Record<string, RegExp>> = {
  invoice:
    /\b(invoices?|invoice no|invoice number|invoice date|amount due|total due|balance due|bill to|due date|payment terms|vat|subtotal|rechnung|rechnungsnummer|rechnungsdatum|zahlbar|mwst|nettobetrag|facture|montant|tva|factura|importe|fattura|iban)\b/gi,
  receipt:
    /\b(receipt|cash|change due|card payment|thank you for your purchase|quittung|kassenbon|reçu|recibo)\b/gi,
  contract:
    /\b(agreement|contract|hereinafter|hereby|the parties|party|whereas|governing law|termination|confidential information|indemnify|indemnification|in witness whereof|vertrag|vertragspartner|vereinbarung|kündigung|contrat|contrato|contratto)\b/gi,
  letter:
    /\b(dear|yours sincerely|sincerely|yours faithfully|kind regards|best regards|sehr geehrte|mit freundlichen grüßen|madame|monsieur|cordialement|veuillez agréer|estimado|estimada|atentamente)\b/gi,
  minutes:
    /\b(minutes|attendees|present|apologies|agenda|action items?|any other business|adjourned|next meeting|protokoll|teilnehmer|tagesordnung|procès-verbal|ordre du jour)\b/gi,
  report:
    /\b(report|executive summary|findings|conclusions?|recommendations?|introduction|methodology|results|appendix|table of contents|bericht|zusammenfassung|rapport|informe|quarter|analysis)\b/gi,
  resume:
    /\b(curriculum vitae|resume|work experience|education|skills|references available|lebenslauf|berufserfahrung|ausbildung)\b/gi,
  manual:
    /\b(user guide|manual|handbook|installation|getting started|troubleshooting|usage|configuration|step \d|bedienungsanleitung|handbuch|guide)\b/gi,
  policy: /\b(policy|policies|compliance|scope|purpose|shall|responsibilities|richtlinie|politique)\b/gi,
  paper: /\b(abstract|references|doi|et al|keywords|related work|arxiv|proceedings|journal)\b/gi,
  order:
    /\b(purchase order|order number|ship to|quantity|delivery date|bestellung|lieferschein|bon de commande)\b/gi,
};

const CUE_CHARS = 6_000;
/** A cue in the title or file name says as much as three in the text. */
const TITLE_WEIGHT = 3;
const ENOUGH = 3;
/** A letter has only its greeting and its close. */
const ENOUGH_FOR_LETTER = 2;

/** One of invoice, letter, contract, minutes, report, email, spreadsheet, presentation, data, code, …, `document`. */
export function documentTypeOf(clues: TypeClues): string {
  return byFormat(clues) ?? byWords(clues) ?? otherwise(clues);
}

function otherwise({ mimeType, counts, paragraphs }: TypeClues): string {
  if (mimeType === 'text/html') return 'web page';
  return paragraphs >= 5 && counts.words >= 300 ? 'article' : 'document';
}

function byFormat({ mimeType, name, head, counts }: TypeClues): string | null {
  if (mimeType === 'message/rfc822' || looksLikeEmail(head)) return 'email';
  if (/presentation|powerpoint/.test(mimeType)) return 'presentation';
  if (/spreadsheet|ms-excel|^text\/(csv|tab-separated-values|tsv)$/.test(mimeType)) return 'spreadsheet';
  if (/^(application|text)\/(.*\+)?(json|xml|yaml|x-yaml|x-ndjson|jsonl)$/.test(mimeType)) return 'data';
  if (/\.(json|jsonl|ndjson|xml|ya?ml|toml|ini)$/i.test(name)) return 'data';
  if (/\.(js|ts|py|java|c|cc|cpp|h|go|rs|rb|php|sh|sql|css|cs|kt|swift)$/i.test(name)) return 'code';
  return counts.words === 0 && counts.images > 0 ? 'image' : null;
}

/** `From:` and `Subject:` (or `To:`) among the first lines, bold or not. */
function looksLikeEmail(head: string): boolean {
  const fields = head.slice(0, 1_500).match(/^\W{0,4}(from|to|subject|sent|cc|date)\W{0,4}:/gim) ?? [];
  const names = new Set(fields.map((field) => field.replace(/\W/g, '').toLowerCase()));
  return names.has('from') && (names.has('subject') || names.has('to'));
}

function byWords({ name, title, head }: TypeClues): string | null {
  const label = `${title} ${name.replace(/[_.-]+/g, ' ')}`;
  const text = head.slice(0, CUE_CHARS);
  let best: { type: string; score: number } | null = null;
  for (const [type, cue] of Object.entries(cues)) {
    const inTitle = label.match(cue) === null ? 0 : TITLE_WEIGHT;
    const inText = new Set((text.match(cue) ?? []).map((hit) => hit.toLowerCase())).size;
    const score = inTitle + inText;
    const enough = type === 'letter' ? ENOUGH_FOR_LETTER : ENOUGH;
    if (score >= enough && score > (best?.score ?? 0)) best = { type, score };
  }
  return best?.type ?? null;
}
