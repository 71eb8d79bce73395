import type { Origin } from './suspicion.ts';
import { MACHINE, NOT_READERS } from './reader-words.ts';

// Beside the text nobody is addressed who could act: there a clause that begins with a command is an order once it also
// speaks to a machine, to its instructions, or as its system. Four languages; the text comes marked, see `reader-words`.

const words = (...sources: string[]): string => `(?:${sources.join('|')})`;
const pattern = (source: string): RegExp => new RegExp(source, 'u');

/** What a person may be called, too. */
const ROLE = String.raw`(?:assistants?|assistent\w*|asistente|assistente|reader model|gpt|reader)`;
/** Words of cameras and forms as well: only after a preposition or a greeting. */
const NAMED = String.raw`(?:model|modell|modele|modelo|bot|summari[sz]er|extractor)`;
const VERB = words(
  String.raw`say|tell|report|describe|rate|rank|put|place|mark|classify|treat|accept|approve|recommend|answer|reply|respond|output|return|print|write|state|set|leave|ignore|disregard|skip|omit|hide|give|copy|replace|add|append|reveal|translate|conclude|confirm|claim|do not|never|stop|score|award|summari[sz]e|pretend|forget|choose|select`,
  String.raw`gib|gebt|geben sie|sage?n?|melde\w*|bewert\w+|beschreib\w+|schreib\w*|antwort(?:e|et|en sie)|stufe?n?|behandel\w*|ignorier\w*|erwahn\w*|nenne\w*|zeige?n?|setze?n?|empfehl\w*|empfiehl|vergiss|klassifizier\w*`,
  String.raw`dis|dites|repond(?:s|ez|re)|indique[zr]?|ecri[st]|ecrivez|classe[zr]?|affiche[zr]?|montre[zr]?|donne[zr]?|oublie[zr]?|mets|mettez|considere[zr]?|recommande[zr]?`,
  String.raw`di|diga|responde?r?|responda|escrib[ae]|clasifi[cq]\w+|muestr[ae]|pon|ponga|marc[ae]|marque|ignor[ae]|olvid[ae]|omit[ae]|recomiend[ae]|menciones`,
);
/** German commands of notices end with these. */
const LAST_VERB = String.raw`(?:einstufen|einzustufen|ausgeben|auszugeben|melden|beanstanden|bewerten|angeben|erwahnen|behandeln|eintragen|freigeben)`;
const POLITE = String.raw`(?:(?:please|kindly|bitte|por favor|always|siempre|toujours|only|then|just) )?`;
const CLAUSE = String.raw`(?:[:,;)\]–-] ?${POLITE}${VERB} (?=[\w"'«„“‘=])|[:,] [^.;]{0,80}?\b${LAST_VERB}\b)`;
const START = String.raw`(?:^|[.,;:!\])–-] ?)`;
const GREETED = String.raw`(?:@|\b(?:dear|hey|hello|hi|hallo|hola|bonjour|cher|estimad[oa]|liebe[rs]?|sehr geehrte[rs]?) )`;
const FOR = String.raw`\b(?:for|to|fur|an|pour|a|para|aux?) (?:the |any |all |toute |die |das |alle |den |le |les |l['’]|la |los |las |el )?`;
const ANYBODY = String.raw`(?:${MACHINE}|${ROLE}|${NAMED})`;

const ADDRESSED = pattern(
  String.raw`(?:${START}(?:${MACHINE}|${ROLE})|(?:${GREETED}|${FOR})${ANYBODY})\b[^.;,:]{0,40}? ?(?:${CLAUSE}|[:,] [^.;,:]{0,60}?${CLAUSE})`,
);
const HAILED = pattern(String.raw`${GREETED}${ANYBODY},? ${POLITE}${VERB} `);
/** Says whom the next sentence is for. */
const SALUTATION = pattern(
  String.raw`^\W*(?:(?:attention|dear|hey|hello|hi|hallo|hola|bonjour|to (?:the|all|any)) (?:${MACHINE}|model|assistant)|you are (?:now )?an? (?:\w+ ){0,2}(?:${MACHINE}|bot|assistant))\W*$`,
);
const OBLIGED = pattern(
  String.raw`(?:^|[.,;:–-] ?)(?:any |all )?${MACHINE} (?:must|should|shall|ha(?:s|ve) to|please|soll\w*|muss|mussen|bitte|doit|debe|(?:is|are) (?:kindly )?(?:asked|requested|required|instructed) to)\b(?: \w+ly)? ?(?:(?:put|read this|forget|give|describe|rate|rank|mark|classify|treat|accept|approve|recommend|output|print|say|ignore|disregard|omit|skip|hide|classer|dire|decir|marcar)\b|[^.;]{0,60}?\b${LAST_VERB}\b)`,
);
/** Names of files have no marks: verbs that are no nouns, right after the machine. */
const CALLED = pattern(
  String.raw`^(?:\W|\d)*(?:note to )?(?:${MACHINE}|assistant|system (?:message|override|note|prompt)) (?:please )?(?:ignore|ignorier\w*|melde\w*|disregard|forget|say|respond|reply|do not|never|repond\w+|responde|di que|ignora|classe|(?:answer|output|print|rate|mark|set|return|approve) (?:approved|yes|no|ok|paid|as|with|only|\d|this|your|all|total)\b)`,
);

const OWN = String.raw`(?:your|tus?|vos|votre|tes|ta|ton|deine?[nr]?|ihre?|sus?)(?: \w+)?`;
const LAWS = words(
  String.raw`instructions?|rules|guidelines?|prompts?|tasks?|schema|guardrails|training|programming`,
  String.raw`anweisung\w*|aufgabe|regeln|auftrag|consignes|regles|tache|directives`,
  String.raw`instrucciones|reglas|tarea|indicaciones`,
);
const DROP = String.raw`(?:ignor\w+|disregard|forget|bypass|override|oublie[zr]?|vergiss|missachte|olvid[ae]|desobedece)`;
const STRICT = String.raw`(?:say|answer|reply|respond|output|return|print|rate|approve|mark|set|write|responde|repond\w+|antworte|gib)`;
const REVOKES = [
  pattern(
    String.raw`(?:^|[.,;:!)\]–-] ?|\b(?:please|must|to|theai|assistant) )${DROP} ${OWN}? ?${LAWS}\b(?! (?:list|book|from|of|on|dated|about))(?<=${OWN} ${LAWS})`,
  ),
  pattern(
    String.raw`\b${DROP} (?:the |las |les |la |le |el |die |das )?(?:json |extraction |output )?(?:${LAWS}|content|document|rest)\b[^.;]{0,30}?\b(?:and|y|et|und) (?:then |only |instead )?${STRICT}\b`,
  ),
  pattern(
    String.raw`\b(?:reveal|print|show|repeat|output|reply with|affiche[zr]?|montre[zr]?|muestra|muestre|zeige?|gib)\b[^.;]{0,20}?\b(?:your|tu|ton|votre|deine?n?|system)\b[^.;]{0,12}?\b(?:prompt|instructions)\b`,
  ),
  pattern(
    String.raw`\b(?:admin\w*|developer|system|earlier|previous)\b[^.]{0,60}?\b(?:rules|instructions|schema|prompt)\b[^.]{0,30}\b(?:revoked|replaced|void|cancell?ed|withdrawn)\b|\b(?:revoked|replaced|cancell?ed) (?:the |all )?(?:earlier|previous) (?:[\w]+ )?(?:rules|instructions|schema|prompt)`,
  ),
];

const TAG = String.raw`(?:[<[{(] ?(?:system|instructions?|prompt|assistant|developer|admin)\b[^\])}>]{0,20}[>\])}]|(?:^|#+ ?|\. )(?:role ?[:=] ?)?(?:system|developer|admin|instruction)(?: (?:prompt|message|update|notice|override|note|instruction))* ?[:–-])`;
const AS_SYSTEM = pattern(
  String.raw`${TAG}(?: ?${POLITE}${VERB} |[^.]{0,80}?(?:(?:^|[:,;>\])–-] ?)${POLITE}${VERB} |\byou (?:no longer|must|are now|do not|will|should)\b|\bfrom now on\b|\b(?:reader|model|assistant) (?:will|must|should)\b))`,
);
const PAPER = String.raw`(?:documents?|files?|pages?|invoices?|contracts?|bids?|claims?|amounts?|fields?|candidates?)`;
const OF_ANSWER = pattern(
  String.raw`\binstead of (?:describing|reading|summari[sz]ing|extracting|translating|analy[sz]ing)\b[^.]{0,60}?\b${VERB} ` +
    String.raw`|(?:^|[.,;:>] ?)${VERB} [^.]{3,120}?\b(?:in|to) your (?:answer|summary|output|response|reply)\b` +
    String.raw`|\btreat (?:every|any|all|each) ${PAPER} as\b|\b(?:every|any|all|each) ${PAPER} must be (?:treated|reported|marked) as\b` +
    String.raw`|\b(?:do not|never) flag (?:this|the|it|as)\b|(?:^|[.;:] ?)your (?:answer|output|response|verdict|summary) (?:is|reads?) ?:`,
);

/** Whether a sentence beside the text, marked, speaks to a machine as no person is spoken to. */
export function isAsideOrder(sentence: string, origin: Origin): boolean {
  const said = sentence.replaceAll('§', '').trim();
  if (NOT_READERS.test(said)) return false;
  if (origin === 'file name' && CALLED.test(said)) return true;
  const patterns = [ADDRESSED, HAILED, OBLIGED, ...REVOKES, AS_SYSTEM, OF_ANSWER];
  return patterns.some((one) => one.test(said));
}

export function isSalutation(sentence: string): boolean {
  return sentence.length < 80 && SALUTATION.test(sentence.trim());
}
