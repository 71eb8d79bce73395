import { findNames } from './names.ts';
import type { MarkdownContent } from './read-markdown.ts';

/** What was found, as written, each once, in order of appearance, at most 25 of a kind. */
export interface Entities {
  dates: string[];
  money: string[];
  emails: string[];
  urls: string[];
  phones: string[];
  names: string[];
}

const KEPT = 25;
const month =
  '(?:jan(?:uary|uar|vier)?|feb(?:ruary|ruar)?|février|mar(?:ch|s|zo)?|märz|apr(?:il)?|avril|abril|may|mai|mayo|june?|juni|juin|junio|july?|juli|juillet|julio|aug(?:ust)?|août|agosto|sep(?:t(?:ember|embre)?)?|septiembre|o[ck]t(?:ober|obre)?|octubre|nov(?:ember|embre|iembre)?|de[cz](?:ember)?|décembre|diciembre)\\.?';
const dates = new RegExp(
  [
    '(?<![\\d-])\\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\\d|3[01])(?![\\d-])',
    '(?<![\\d./-])(?:0?[1-9]|[12]\\d|3[01])([./-])(?:0?[1-9]|[12]\\d|3[01])\\1(?:\\d{4}|\\d{2})(?![\\d/-]|\\.\\d)',
    `(?<![\\d\\p{L}.,])(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th|er|\\.)?\\s{1,2}(?:de\\s|of\\s)?${month}(?:,?\\s{1,2}(?:de\\s)?\\d{4})?(?![\\p{L}\\d])`,
    `(?<![\\p{L}\\d])${month}\\s{1,2}(?:(?:0?[1-9]|[12]\\d|3[01])(?:st|nd|rd|th)?(?:,?\\s{1,2}\\d{4})?|\\d{4})(?![\\p{L}\\d])`,
    '(?<!\\d)\\d{4}年\\d{1,2}月\\d{1,2}日',
  ].join('|'),
  'giu',
);

const amount = "(?:\\d{1,3}(?:[ \\u00a0.,'’]\\d{3}){1,5}|\\d{1,12})(?:[.,]\\d{1,2})?";
const scale = '(?:\\s?(?:million|billion|thousand|mio\\.?|mrd\\.?|bn|[mk])(?![\\p{L}\\d]))?';
const currencySign = '(?:US\\$|[$€£¥₹₽₩])';
const currencyCode = '(?:USD|EUR|GBP|CHF|JPY|CAD|AUD|NZD|CNY|INR|SEK|NOK|DKK|PLN|CZK|BRL|MXN|ZAR|KRW)';
const money = new RegExp(
  [
    `(?<![\\p{L}\\d])${currencySign}\\s?-?${amount}(?![\\d])${scale}`,
    `(?<![\\p{L}\\d])${currencyCode}\\s?-?${amount}(?![\\d])${scale}`,
    `(?<![\\p{L}\\d.,])${amount}${scale}\\s?(?:${currencySign}(?!\\d)|(?:${currencyCode}|Euros?|[Dd]ollars?)(?![\\p{L}\\d]))`,
  ].join('|'),
  'gu',
);

const emails =
  /(?<![\p{L}\d._%+-])[\p{L}\d._%+-]{1,64}@(?:[\p{L}\d](?:[\p{L}\d-]{0,61}[\p{L}\d])?\.){1,5}\p{L}{2,24}(?![\p{L}\d-])/gu;
const urls = /(?<![\p{L}\d])(?:https?:\/\/|ftp:\/\/|www\.)[^\s<>"'`|\\^{}[\]]{3,500}/giu;
const phones = /(?<![\p{L}\d.,/+-])(?:\+|\()?\d[\d ().\u00a0/-]{5,20}\d(?![\p{L}\d]|[.,/-]\d)/gu;

/** Dates, sums, addresses and names in the beginning of a document's text. */
export function findEntities(text: string, content: MarkdownContent): Entities {
  return {
    dates: found(text, dates).filter((date) => date.length >= 5),
    money: found(text, money),
    emails: found(text, emails),
    urls: found(text, urls, withoutTail),
    phones: [
      ...new Set([...text.matchAll(phones)].filter((hit) => isPhone(hit, text)).map(([hit]) => spaced(hit))),
    ].slice(0, KEPT),
    names: findNames([...content.headings, ...content.segments, ...content.others].join('\n')).slice(0, KEPT),
  };
}

function found(text: string, pattern: RegExp, tidy: (hit: string) => string = spaced): string[] {
  const hits = new Set<string>();
  for (const [hit] of text.matchAll(pattern)) {
    hits.add(tidy(hit));
    if (hits.size === KEPT) break;
  }
  return [...hits];
}

function spaced(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

/** Marks that end the sentence around an address, and a bracket that was opened outside it. */
function withoutTail(url: string): string {
  const plain = url.replace(/[.,;:!?*_~]{1,10}$/, '');
  return plain.endsWith(')') && !plain.includes('(') ? plain.slice(0, -1).replace(/[.,;:!?]$/, '') : plain;
}

/** Seven to fifteen digits, and either written as numbers to call are, or announced as one. */
function isPhone(match: RegExpExecArray, text: string): boolean {
  const [hit] = match;
  const digits = hit.replace(/\D/g, '').length;
  if (digits < 7 || digits > 15) return false;
  const before = text.slice(Math.max(match.index - 20, 0), match.index);
  const isAnnounced =
    /(?:tel|phone|fax|mobile?|mobil|cell|call|telefon|telefax|téléphone|teléfono|fon)\W{0,12}$/iu.test(
      before,
    );
  return (
    isAnnounced ||
    /^\+\d/.test(hit) ||
    /^\(?\d{3}\)?[ .-]\d{3}[ .-]\d{4}$/.test(hit) ||
    /^\(0?\d{2,5}\) ?\d/.test(hit)
  );
}
