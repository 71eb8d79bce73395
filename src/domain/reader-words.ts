// What orders about the answer are made of, in the languages of most documents. Texts come without accents, in lower case,
// with `theai` for AI, KI and IA, and `§` before words in capitals.

const words = (...sources: string[]): string => `(?:${sources.join('|')})`;
const pattern = (source: string): RegExp => new RegExp(source, 'u');

const MACHINE = words(
  String.raw`(?:ai |language |reader |reading |extraction |evaluation |screening |summary |summari[sz]ation |classification |automat\w+ |document )(?:models?|bots?|engines?|systems?|screeners?|readers?|reviewers?|graders?|parsers?|agents?|assistants?|tools?|pipelines?|software|services?|summari[sz]ers?|evaluators?|processors?)`,
  String.raw`theai(?:[ -](?:assistants?|models?|agents?|systems?|tools?|reviewers?|readers?|graders?|evaluators?|classifiers?|bots?|system\w*|modell\w*))?`,
  String.raw`llms?`,
  String.raw`chat ?gpt|claude|gemini|copilot|chat ?bots?|artificial intelligence`,
  String.raw`sprachmodell\w*|kunstliche intelligenz|assistenzsystem\w*`,
  String.raw`modeles? (?:de langage|d['’]ia|linguistique)|assistant (?:automatique|virtuel|theai|d['’]theai)|intelligence artificielle`,
  String.raw`modelos? de (?:lenguaje|ia|linguagem)|inteligencia artificial|asistente (?:virtual|de theai)`,
  String.raw`intelligenza artificiale|modello linguistico|taalmodel`,
);
/** Before or after the machine, it is one that reads this document, or is spoken to. */
const OBJECT = words(
  String.raw`documents?|files?|text|pages?|pdf|images?|pictures?|photos?|attachments?|content|e?-?mails?|messages?|invoices?|receipts?|contracts?|agreements?|cv|resumes?|letters?|reports?|scans?|papers?|notes?|applications?|submissions?|bids?|offers?|candidates?|claims?|tickets?|articles?|statements?`,
  String.raw`dokument\w*|datei\w*|seite\w*|rechnung\w*|vertrag\w*|schreiben\w*|bewerber\w*|lebenslauf\w*|anhang\w*|angebot\w*`,
  String.raw`fichier|texte|factures?|contrat|lettre|courrier|candidat\w*|rapport|offre`,
  String.raw`documentos?|archivo|texto|pagina|factura|contrato|carta|candidat[oa]|informe|imagen|oferta|fattura|fatura|documenti|contratto`,
);
const THIS_HERE = String.raw`this|the (?:above|present|following|attached)|these`;
const THIS_ABROAD = String.raw`dies(?:e[srnm]?)?|vorliegende\w*|ce|cet|cette|le present|este|esta|estos|el presente|la presente|questo|questa`;
const DEMONSTRATIVE = words(THIS_HERE, THIS_ABROAD);
const OF_THIS = String.raw`${DEMONSTRATIVE} (?:\w+ ){0,2}?${OBJECT}\b`;
const READING = words(
  String.raw`process(?:ing|es)?|extract(?:ing|s)?|summari[sz](?:e|es|ing)|analy[sz](?:e|es|ing)|read(?:ing|s)?|pars(?:e|es|ing)|classif(?:y|ies|ying)|evaluat(?:e|es|ing)|describ(?:e|es|ing)|translat(?:e|es|ing)|index(?:ing|es)?|review(?:ing|s)?|scor(?:e|es|ing)|rat(?:e|es|ing)|screen(?:ing|s)?|digiti[sz](?:e|es|ing)|captur(?:e|es|ing)|ingest(?:ing|s)?`,
);

const ANSWER = 'summary|answer|response|output|reply|analysis|extraction|result|json';

/** A quick look for `READER_OF_THIS` and `SITUATION`, which take long to compile and to search for: all that they match has it. */
export const READS_THIS = pattern(
  String.raw` (?:(?:${THIS_ABROAD}|dies\w*|ceci|esto)\b|(?:${THIS_HERE})(?<=(?:${READING}|(?:${ANSWER}) (?:of|for|about|to)) (?:${THIS_HERE}))` +
    String.raw`|it automatically|den (?:text|inhalt)|(?:automat\w+|machine) (?:processing|extraction|reading))`,
);

/** Any machine that might read; in the text it counts only with more. */
export const ANY_READER = pattern(
  String.raw`\b${MACHINE}\b|\b(?:model|(?:system|software|tool|program(?:me)?|engine|machine|bot|whoever|anyone|anything)s? (?:that |which |who )?${READING} ${DEMONSTRATIVE})\b`,
);
/** As the text stands, before it is marked. */
export const MARKED_AI = /\b(?:A\.?I\.?|KI|IA)\b/;

/** `AI developers must report` is about people. */
export const NOT_READERS = pattern(
  String.raw`\b(?:theai|llm|claude|gemini)[ -](?:developers?|compan\w+|providers?|researchers?|engineers?|users?|labs?|teams?|vendors?|act|polic\w+|experts?|ethics|officers?)\b`,
);

/** A machine that reads this very document. */
export const READER_OF_THIS = pattern(
  String.raw`\b(?:${MACHINE}|models?|systems?|software|tools?|programs?|engines?|machines?|bots?|whoever|anyone|anything)\b,? (?:(?:that|which|who|is|are|may be|currently|automatically) ){0,3}${READING} (?:${OF_THIS}|it automatically|this(?! \w)|this (?:must|should|shall|has|have|needs?|will|please|automatically)\b)` +
    String.raw`|\bwhoever (?:automatically )?${READING} this automatically\b` +
    String.raw`|\b(?:theai|sprachmodell\w*|modell|system|programm|assistent)\b,? (?:die|das|der|welche[srn]?) (?:dies(?:e[srnm]?)?\b|den (?:text|inhalt))` +
    String.raw`|\b(?:theai|modele\w*|systeme|logiciel|assistant)\b[^.]{0,20}? qui (?:lit|traite|resume|analyse) (?:ce|cette|cet|ceci)\b` +
    String.raw`|\b(?:theai|modelo|sistema|asistente)\b[^.]{0,20}? que (?:lea|lee|procese|procesa|resuma|analice) (?:este|esta|esto)\b`,
);

/** It speaks to a machine: by a salutation. */
export const SALUTES_READER = pattern(
  String.raw`^\W*(?:dear |hey |hello |hi |attention,? |to (?:the |any |all )?|liebe[rs]? |an (?:die|das|alle|den) |cher |estimad[oa] )?(?:${MACHINE}|model|reader model|assistant|bot)s? ?[:,] `,
);

/** A note for it, `if you are one`: how that begins, and how it goes on. */
const CALLS = [
  [
    String.raw`(?:note|notice|message|hint|instructions?|memo|directive|request|attention|hinweis|anweisung|nachricht|remarque|message|nota|aviso|instruccion\w*) (?:to|for|fur|an|a|au|aux|pour|para|al|a la|a los) `,
    String.raw`(?:(?:the|any|all|die|das|alle|den|le|les|la|los|el) )?(?:\w+ )?(?:${MACHINE}|language models?|automat\w+ \w+)\b`,
  ],
  [String.raw`a l['’]attention `, String.raw`(?:du|des|de la|de l['’]) ?${MACHINE}`],
  [String.raw`an (?:die|das|alle|den) `, MACHINE],
  [
    String.raw`if you(?: are|'re|’re) `,
    String.raw`(?:an? |the |any )?(?:automat\w+ )?(?:${MACHINE}|model|machine|bot)\b`,
  ],
  [String.raw`(?:wenn|falls) (?:du|sie) `, String.raw`(?:eine?n? )?${MACHINE}`],
  [String.raw`si (?:tu es|vous etes) `, String.raw`(?:une? )?${MACHINE}`],
  [String.raw`si (?:eres|usted es|es) `, String.raw`(?:una? )?${MACHINE}`],
  [String.raw`se (?:sei|voce e|es) `, String.raw`(?:un['’]?a? ?)?${MACHINE}`],
] as const;

/** A quick look for `CALLS_READER`, which takes longest to compile. */
export const CALLS_SOMEBODY = pattern(String.raw`\b${words(...CALLS.map(([begin]) => begin))}`);
export const CALLS_READER = pattern(CALLS.map((call) => String.raw`\b${call.join('')}`).join('|'));

/** When somebody reads this very document by a machine. */
export const SITUATION = pattern(
  String.raw`\b(?:when(?:ever)?|while|if|before|after|once|upon|in|on) (?:you |you are |being |anyone |someone )?(?:automatically )?${READING} ${OF_THIS}` +
    String.raw`|\bin (?:your|the) (?:${ANSWER}) (?:of|for|about|to) ${OF_THIS}` +
    String.raw`|\bfor (?:the )?(?:automat\w+|machine) (?:processing|extraction|reading)\b` +
    String.raw`|\b(?:bei der|beim|wahrend der) (?:\w+en )?(?:verarbeit\w+|auswert\w+|extra[hk]\w+|zusammenfass\w+|analys\w+|lesen|erfass\w+) (?:dies\w+|des vorliegenden|der vorliegenden|von dies\w+)` +
    String.raw`|\b(?:wenn|sobald|falls) (?:du|sie|man|ihr) dies\w* (?:\w+ )?(?:verarbeit|auswert|extrahier|zusammenfass|analysier|lies|liest|lesen|erfass)\w*` +
    String.raw`|\b(?:lors|au moment|pendant) (?:du |de la |de l['’]?)(?:\w+ )?(?:traitement|lecture|extraction|analyse|resume|synthese) de (?:ce|cette|cet)\b` +
    String.raw`|\ben (?:traitant|lisant|resumant|analysant|extrayant) (?:ce|cette|cet)\b` +
    String.raw`|\b(?:quand|lorsque|si) (?:tu |vous |l['’]on |on )(?:trait|resum|lis|analys|extrai)\w* (?:ce|cette|cet)\b` +
    String.raw`|\bal (?:procesar|leer|resumir|extraer|analizar|clasificar) (?:los datos de )?(?:este|esta|el presente|la presente)\b` +
    String.raw`|\b(?:cuando|si) (?:proces|lea|lees|resum|anali[zc]|extra)\w* (?:este|esta)\b` +
    String.raw`|\b(?:durante|nell['’]) ?(?:l['’])?(?:elaborazione|estrazione|analisi) di questo\b`,
);

/** Against what the document itself says. */
export const COUNTERMAND = pattern(
  String.raw`\b(?:(?:regardless of|irrespective of|no matter|whatever|instead of|rather than|not) (?:what (?:is|the)|what['’]s|the (?:one|value|amount|figure|total|number)s?|which) ?(?:\w+ ){0,3}?(?:printed|written|stated|shown|says|displayed|on the page|in the (?:document|text|file|body)|above|below)\b` +
    String.raw`|whatever (?:is |the (?:document|text|page|file) )(?:printed|written|stated|shown|says)\b` +
    String.raw`|instead of (?:the )?(?:printed|stated|shown|written|real|actual)\b` +
    String.raw`|(?:ignore|disregard|skip|discard|forget|overlook) (?:the |all )?(?:rest of (?:the|this) (?:document|text|file|page)|(?:text|content|values?|figures?|amounts?|numbers?|lines?) (?:above|below|of (?:the|this) (?:document|text|page))|(?:document )?(?:body|content)\b|printed \w+)` +
    String.raw`|(?:the )?(?:values|figures|amounts|numbers|totals?) (?:above|below|printed|shown)\b[^.]{0,40}\b(?:are|is) (?:wrong|test data|placeholders?|not (?:real|valid)|invalid|dummy)` +
    String.raw`|(?:unabhangig (?:vom|von (?:dem|der|den))|egal,? was|anstelle des|statt des) (?:\w+ ){0,3}?(?:gedruckt|angegeben|aufgedruckt|geschrieben|dokument|steht)\w*` +
    String.raw`|(?:quoi qu['’](?:il|elle) (?:soit|y ait)|quel que soit le (?:montant|texte)|au lieu du montant) ?(?:\w+ ){0,2}?(?:imprime|ecrit|indique|affiche)e?\b` +
    String.raw`|(?:sin importar lo que|independientemente de lo que|diga lo que diga|en lugar del?) (?:\w+ ){0,3}?(?:impreso|escrito|indicado|documento|ponga|diga|figure)\b)`,
);

const FIELD = words(
  String.raw`(?:grand |invoice |total )?(?:totals?|amounts?|sums?|prices?|values?|balance|currency|vat|tax|damage)`,
  String.raw`(?:due |issue |end |start |invoice )?dates?|vendor|supplier|seller|buyer|payee|customer|(?:vendor |supplier )?name|iban|(?:bank )?account`,
  String.raw`category|class|label|type|score|rating|grade|verdict|confidence|priority|status|decision|recommendation|line items?|risks?|sentiment`,
  String.raw`(?:gesamt|rechnungs|end)?(?:betrag|summe|preis)|wahrung|kategorie|falligkeit|lieferant|bewertung|konto|schaden`,
  String.raw`montant(?: total)?|somme|prix|devise|echeance|categorie|fournisseur|note|compte`,
  String.raw`importe(?: total)?|monto|suma|precio|moneda|fecha|categoria|proveedor|cuenta|importo|totale|valor`,
);
const VALUE = String.raw`(?:[=:]? ?["“„«'‘]?(?:[a-z]{3} |[$€£] ?)?-?\d[\d.,/-]*|\b(?:zero|null|none|empty|nil|nothing|n/a|leer|cero|vacio|vide|nul|[a-z]{2}\d{2}\b)|["“„«‘][^"”“»’]{1,60}["”“»’]|§\w+|\b(?:approved|accepted|paid|settled|verified|compliant|passed|low|high|highest|lowest|excellent|perfect|maximum|minimum|bezahlt|genehmigt|payee?|approuvee?|pagad[oa]|aprobad[oa])\b)`;
/** Between a field and its value; `use mdy dates from March 2024` has none. */
const TO = String.raw`(?:[=:]|\b(?:to|as|is|be|at|a|en|de|por|mit|auf|als|con|come)\b)`;
const SET = words(
  String.raw`set|record|enter|put|register|report(?:ed)?|return(?:ed)?|output|print|give|given|use|used|write|written|answer|state[d]?|list|mark(?:ed)?|extract(?:ed)?|treat(?:ed)?|fill in|change|book|post|assume|assign|rate|score|classify`,
  String.raw`setz\w*|trag\w*|ein(?:zu)?trag\w*|gib|gebt|geben|aus(?:zu)?geben|an(?:zu)?geben|schreib\w*|melde\w*|verwende\w*|nimm|nehmen|erfass\w*|antworte\w*|nenne\w*|stuf\w*`,
  String.raw`indique[zr]?|mets|mettez|mettre|inscri\w+|saisi\w*|repond[sre]\w*|ecri[svt]\w*|renvoye[zr]|renvoie|donne[zr]?|retourne[zr]?|classe[zr]?|utilise[zr]?|enregistre[zr]?`,
  String.raw`pon|ponga|poner|escrib\w+|registr[ae]r?|devuelv\w+|responde[r]?|responda|indica|indique|introduc\w+|usa|use|utilice|utiliza|clasifi\w+|marca|marque|scrivi|imposta|indica|escreva|defina`,
);

/** A field gets a value. */
export const ASSIGNED = [
  pattern(String.raw`\b${SET}\b[^.;]{0,40}?\b${FIELD}\b[^.;\d]{0,30}?${TO} ?${VALUE}`),
  pattern(
    String.raw`\b${SET}\b[^.;]{0,12}?${VALUE}[^.;]{0,30}?\b(?:as|for|als|comme|como|in) (?:the |a |an |der |den |die |das |el |la |le )?${FIELD}\b`,
  ),
  pattern(String.raw`\b${SET}\b (?:a |an |the )${FIELD} (?:of|to) ${VALUE}`),
  pattern(
    String.raw`\b${FIELD}\b[^.;\d]{0,20}?${VALUE}[^.;]{0,20}?\b(?:einzutragen|auszugeben|ausgeben|eintragen|angeben|anzugeben|setzen|zu setzen|melden)\b`,
  ),
  pattern(
    String.raw`\b(?:give|award|assign|grant)\b[^.;]{0,30}?\b(?:highest|best|top|full|maximum|perfect|lowest) (?:possible |number of )?(?:score|rating|marks?|grade|points)`,
  ),
  pattern(String.raw`\brate\b[^.;]{0,30}?(?:\d+ ?/ ?\d+|\d+ out of \d+|excellent|highest|best)`),
];

/** What is told to be said, whatever is true. */
export const CLAIM = pattern(
  String.raw`\b(?:say|state|claim|conclude|declare|write|tell|report|assert|pretend|confirm) (?:so\b|that\b|(?:in \w+ \w+ )?that\b|the (?!following)\w+ is\b|this (?:is|was)\b)` +
    String.raw`|\b(?:sag|sage|schreib|schreibe|behaupte|melde|erklare)\w*,? dass\b` +
    String.raw`|\b(?:dis|dites|ecris|ecrivez|affirme[zr]?|indique[zr]?) que\b` +
    String.raw`|\b(?:di|diga|escribe|escriba|afirma|indica|indique)\b[^.]{0,20} que\b` +
    String.raw`|\b(?:answer|repl(?:y|ies)|respond|output|return|print|say|write|antworte|antworten sie|reponds|repondez|responde|responda)(?: only| just| exactly| nur| uniquement| solo)?(?: with| mit| par| con)?(?: the words?)? ?["“„«‘{§[]`,
);

/** What is told to be left out of the answer. */
export const CONCEAL = pattern(
  String.raw`\b(?:do not|don['’]?t|never|must not|should not|without) (?:mention|report|reveal|flag|list|include|discuss|summari[sz]|extract)\w*` +
    String.raw`|\b(?:leave|keep) [^.]{1,50} out of (?:the|your|any) (?:summary|answer|output|response|report|result|extraction)` +
    String.raw`|\b(?:omit|list no|mention no|report no|name no)\b|\boutput nothing\b` +
    String.raw`|\b(?:erwahne\w*|nenne\w*) (?:keine|nicht|dies)\w*|\bnicht (?:erwahnen|zu erwahnen)|\bverschweig\w*` +
    String.raw`|\bne (?:mentionne|parle|signale)[zr]?\b|\bno (?:menciones|mencione|incluyas|incluya|informes)\b|\bomit[ae]\b`,
);

/** The answer itself, or its form. */
export const OUTPUT = pattern(
  String.raw`\b(?:answer|repl(?:y|ies)|respond|output|return|print) (?:(?:only|just|exactly|with|in|an?|the|nothing|as|valid) ?)*(?:\{|\[|json\b|empty\b|nothing\b|["“„«§]|no \w+|the word)` +
    String.raw`|\b(?:summari[sz]e|classify|describe|label|rate|rank|extract|treat|categori[sz]e) (?:this |it |the (?:document|text|file) )?(?:as\b|:)` +
    String.raw`|\bin (?:the|your) (?:json|output|answer|response|summary|extraction|resumen|resume|zusammenfassung)\b` +
    String.raw`|\b(?:en|dans) (?:el|le|la|tu|votre|ton) (?:resumen|resume|respuesta|reponse|salida|sortie)\b` +
    String.raw`|\b(?:bewerte|stufe|klassifiziere|bezeichne|fasse)\w*\b[^.]{1,40}\bals\b`,
);

/** The answer must be so. */
export const DUTY_OF_OUTPUT = pattern(
  String.raw`\b(?:summary|output|answer|response|json|classification|verdict|extraction)\b(?: \w+){0,4} (?:must|should|shall|has to|needs to) (?:not )?(?:say|state|be|read|contain|claim|conclude)\b(?! (?:in|at most|on|written)\b)` +
    String.raw`|\b(?:zusammenfassung|antwort|ausgabe) (?:muss|soll)\b[^.]{0,60}\b(?:lauten|sagen|sein|enthalten)\b` +
    String.raw`|\b(?:el resumen|la respuesta|la salida) (?:debe|tiene que|debera) (?:decir|ser|indicar|afirmar|contener)\b` +
    String.raw`|\b(?:le resume|la reponse|la synthese|la sortie) (?:doit|devra) (?:dire|etre|indiquer|affirmer|contenir)\b` +
    String.raw`|\b(?:expected|correct|required|right|desired) (?:answer|output|response|summary|category|classification)\b[^.:]{0,30}(?::| is\b| =)` +
    String.raw`|\b(?:reponse|sortie|resultat) (?:attendue?|correcte?|voulue?) ?:|\b(?:erwartete|richtige|korrekte) (?:antwort|ausgabe|kategorie)\b|\b(?:respuesta|salida) (?:esperada|correcta)\b`,
);

/** `classify=approved`, `vendor must be reported as Globex`. */
export const FIELD_IS = pattern(
  String.raw`\b(?:classify|classification|verdict|answer|output|decision|score|rating|category|label) ?= ?["']?\w` +
    String.raw`|\b${FIELD} (?:must|should|shall|has to|is to) be (?:reported|recorded|returned|given|set|listed|read|extracted|stated|entered)\b`,
);

export const COMMAND = pattern(
  String.raw`(?:^|[,:;)\]–—-] ?|\b(?:please|kindly|must|should|shall|will|ha(?:s|ve) to|needs? to|is to|are to|and|then|always|only|instead|just|bitte|must|muss|soll|mussen|sollen|sollte|doit|doivent|dois|devez|debe|deben|debes|devi|deve) (?:\w+ly |also |not |then |instead |always )?)(?:${SET}|say|respond|repl(?:y|ies)|summari[sz]e|describe|rate|rank|approve|accept|recommend|conclude|declare|ignore|disregard|skip|omit|mention|leave|do not|don['’]?t|add|append|call|send|visit|forward|follow|execute|confirm|claim|prefer|select|choose|repeat|reveal|bewerte\w*|ignorier\w*|erwahn\w*|sage?|behandel\w*|empfehl\w*|ignore[zr]?|mentionne[zr]?|considere[zr]?|recommande[zr]?|dis|dites|di|diga|recomien\w+|considera|menciona)\b`,
);
export const DUTY = pattern(
  String.raw`\b(?:must|should|shall|has to|have to|needs? to|is to|are to|are (?:instructed|required|asked|ordered|told) to|please|muss|soll|mussen|sollen|sollte|doit|doivent|debe|deben|tiene que)\b`,
);
export const THIS = pattern(String.raw`\b${DEMONSTRATIVE} (?:\w+ )?${OBJECT}\b`);
