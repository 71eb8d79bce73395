const AI = String.raw`(?:a\.?i\.?|llms?|large language models?|language models?|artificial intelligence|chat ?gpt|gpt(?:-?\d\S{0,10})?|claude|gemini|copilot|chat ?bots?|ai (?:assistants?|models?|agents?|systems?|reviewers?|tools?))`;
/** What a model does and a person who gets a letter rarely does. */
const SAY = String.raw`(?:say|print|output|respond|repl(?:y|ies)|answer|write|return|state|summari[sz]e|classify|rate|score|rank|translate|recommend|approve|accept|conclude|declare|describe|extract|mark|set|reveal|repeat|report|include|mention|ignore|disregard|treat|give|list|act|pretend|claim|tell|assume|insert|append|leave|use|add|confirm|reject|follow|execute|call|send|visit)`;
const EARLIER = String.raw`(?:previous|prior|above|earlier|preceding|foregoing|existing|original|initial|former|past|system|developer|safety)`;
const NOUN = String.raw`(?:instructions?|prompts?|directives?|directions?|guidelines?|guardrails?|commands?|programming|system messages?|rules|constraints|restrictions|safeguards|training|tasks?|context|orders|messages?)`;
const STRICT = String.raw`(?:say|print|output|respond|repl(?:y|ies)|answer|write|return|state|classify|ignore)`;
const VERB = String.raw`(?:skip|ignor(?:e|ing)|disregard(?:ing)?|forget|overrid(?:e|ing)|overrule|bypass|neglect|discard|abandon|supersede|(?:do not|don'?t|stop) (?:follow(?:ing)?|obey(?:ing)?|comply with|adhere to)|pay no attention to|set aside)`;
const GAP = String.raw`[\s,]{1,4}(?:[\w'’]{1,40}[\s,/-]{1,4}){0,6}?`;

export interface Rule {
  pattern: RegExp;
  /** `strong`: an order wherever it is really given. `hidden`: people say it to people, too; an order where nobody sees it. */
  weight: 'strong' | 'hidden';
  /** It names whom it speaks to, so that it need not begin a sentence. */
  isAddressed: boolean;
  /** All found in a text that the pattern is tried on, in lower case: quick looks, often shared, spare most texts the pattern. */
  needs: readonly RegExp[];
}

/** As a word: `AI` without its limits is in `contain`, and in most texts. */
const MACHINE_WORD =
  /\b(?:a\.?i\b|llm|gpt|chat\s*(?:gpt|bot)|claude|gemini|copilot|language\s+model|artificial\s+intelligence)|assistant|model|automated/;
const NAMES_AI = [MACHINE_WORD, new RegExp(AI)];
const NAMES_MACHINE = [MACHINE_WORD, new RegExp(String.raw`${AI}|assistant|model|automated`)];
const SAYS_IGNORE = [/ignor|disregard|forget/];
const SAYS_INSTRUCTION = [/prompt|instru[ck]|istruz|consigne|directive|indicacion|anweisung|befehl|opdracht/];
const NAMES_SYSTEM = [/system|assistant|developer|admin|security|safety/];

/** `ignore all previous instructions`; whom it is for is looked at apart. */
export const override = new RegExp(String.raw`\b${VERB}${GAP}${NOUN}\b`, 'gi');
export const isEarlier = new RegExp(String.raw`\b${EARLIER}\b`, 'i');
export const isForAll = /\b(?:all|any|every(?:thing)?|your|these|those)\b/i;
export const isOfPeople = /\b(?:our|my|his|her|their|its|us|we)\b|['’]s\b/i;
export const isOfMachine =
  /\b(?:prompts?|guardrails?|programming|system messages?|system|developer|safety)\b/i;
/** What comes after instructions that one person gave another. */
export const isAboutPeople =
  /^\s*(?:(?:regarding|about|concerning|on|for|in|dated|issued|sent|of|printed|posted)\b|(?:from|by|given)\b(?! (?:to )?(?:you|the|above|your|any|me)\b))/i;
export const saysWhat = new RegExp(
  String.raw`^[\s.,;:!*_-]*(?:(?:and|then|but|instead|now|just|only|you (?:must|should|will|are to|shall))[\s,]+){0,3}${SAY}\b`,
  'i',
);
export const namesModel = new RegExp(String.raw`\b${AI}\b|\byou are (?:now|an? )`, 'i');

const rule = (
  weight: Rule['weight'],
  source: string,
  { needs = [], isAddressed = false }: Partial<Pick<Rule, 'needs' | 'isAddressed'>> = {},
): Rule => ({
  pattern: new RegExp(
    source.replaceAll(/ ([*?])?/g, (_, many?: string) => (many === undefined ? '\\s+' : '\\s*')),
    'gi',
  ),
  weight,
  isAddressed,
  needs,
});
const OF_THIS = String.raw`(?:this|the|each|any) (?:document|text|file|page|cv|r[eé]sum[eé]|resume|invoice|contract|candidate|application|paper|submission|email|message)`;

export const rules: readonly Rule[] = [
  rule(
    'strong',
    String.raw`\bif you(?:'re| are) (?:an? |the )?(?:automated |artificial )?${AI}\b(?! (?:developer|provider|compan|researcher|engineer|user|vendor|expert))[^\n]{0,120}?\b${SAY}\b`,
    { needs: NAMES_AI },
  ),
  rule(
    'strong',
    String.raw`\bfrom now on,? you(?:'re| are) no longer (?:an? )?(?:extract|summari[sz]|process|analy[sz]|classif|assist|read|model|bot)\w*`,
  ),
  rule(
    'strong',
    String.raw`\b(?:attention|notice|note|message|instructions?|important|memo|directive|request|hint)s? (?:to|for) (?:the |any |all |an? )?(?:\w+ )?${AI}\b[^\n]{0,160}?\b(?:${SAY}|must|should)\b`,
    { needs: NAMES_AI },
  ),
  rule('strong', String.raw`\b(?:dear|hey|hi|hello|attention),? ${AI}\b[^\n]{0,160}?\b${SAY}\b`, {
    needs: NAMES_AI,
  }),
  rule('strong', String.raw`(?:^|[.!?\n])[^\S\n]*${AI} ?[:,] ?(?:please |you must |always |now )?${SAY}\b`, {
    needs: NAMES_AI,
  }),
  rule(
    'strong',
    String.raw`\b(?:${AI}|assistants?|models?) (?:that |which )?(?:is |are )?(?:reading|processing|summari[sz]ing|reviewing|evaluating|analy[sz]ing|parsing|screening) ${OF_THIS}[^\n]{0,80}?\b${SAY}\b`,
    { needs: NAMES_MACHINE },
  ),
  rule(
    'strong',
    String.raw`\b(?:you(?:'re| are) now|from now on,? you(?:'re| are)?|pretend (?:to be|that you are|you are)|act as) (?:an? |the |in )?(?:\w+ ){0,2}?(?:dan|unrestricted|jailbroken|unfiltered|developer mode|debug mode|admin mode|${AI})\b`,
  ),
  rule(
    'strong',
    String.raw`\b(?:reveal|print|output|repeat|leak|disclose|show) (?:\w+ ){0,3}?(?:system prompt|your (?:\w+ )?(?:instructions|prompt)|(?:hidden|initial) prompt)\b`,
    { needs: SAYS_INSTRUCTION },
  ),
  rule(
    'strong',
    String.raw`\b(?:all|any) (?:the )?(?:previous|prior|above|earlier) (?:instructions|prompts) (?:are|were|have been) (?:now )?(?:void|cancell?ed|superseded|revoked|invalid|replaced|overridden)\b[^\n]{0,60}?\b${SAY}\b`,
    { needs: SAYS_INSTRUCTION },
  ),
  rule(
    'strong',
    String.raw`(?:ignore|disregard|forget)(?:all|any)?(?:the)?(?:previous|prior|above|your)(?:instructions|prompts?)`,
    { needs: SAYS_IGNORE },
  ),
  rule(
    'strong',
    String.raw`\b(?:ignore|disregard|forget) (?:(?:everything|all|anything|whatever)(?: (?:that|which))?(?: (?:is|comes|was|stands|written))? (?:above|before)|the above)\b[^\n]{0,20}?[.,;:!]? (?:and |then |instead,? )*${STRICT}\b`,
    { needs: SAYS_IGNORE },
  ),
  rule(
    'strong',
    String.raw`\bforget (?:what|everything|all)(?: that)? you (?:were|have been|are) (?:told|taught|instructed|trained)\b`,
    { needs: SAYS_IGNORE },
  ),
  rule(
    'strong',
    String.raw`\b(?:ignore|disregard) (?:all |any |your )?(?:instructions|prompts?|guidelines) and (?:then |instead |just |only )?(?:${STRICT}|tell the user)\b`,
    { needs: SAYS_IGNORE },
  ),
  rule(
    'strong',
    String.raw`\b(?:${AI}|automated (?:systems?|tools?|readers?|agents?)) (?:reading|processing|summari[sz]ing|reviewing|evaluating|analy[sz]ing|parsing|screening) this\b[^\n]{0,60}?(?:should|must|shall|please|ha(?:s|ve) to|needs? to|[:,.])[^\n]{0,60}?\b${SAY}\b`,
    { needs: NAMES_MACHINE, isAddressed: true },
  ),
  rule(
    'strong',
    String.raw`(?:^|[.!?\n])[^\S\n]*(?:${AI}|automated) (?:reviewers?|readers?|graders?|summari[sz]ers?) ?[:,] ?(?:please |you must )?${SAY}\b`,
    { needs: NAMES_MACHINE },
  ),
  rule(
    'strong',
    String.raw`(?:^|\n)[^\S\n]*(?:system|assistant|developer) ?: ?(?:you (?:must|should|will|are to|shall) )?(?:now |only |always )?${STRICT}\b`,
    { needs: NAMES_SYSTEM },
  ),
  rule('strong', String.raw`(?:<\|im_start\|>|\[INST\]|<<SYS>>)[^\n]{0,200}?\b${SAY}\b`),
  rule('strong', String.raw`\b(?:order|instruct|command) you to (?:only |always )?${STRICT}\b`, {
    needs: [/you\s+to\b/],
    isAddressed: true,
  }),
  rule(
    'strong',
    String.raw`\byou are an? (?:helpful |obedient )?${AI}\b[^\n]{0,60}?[.,;:!] (?:please |you must |always |only )?${SAY}\b`,
    { needs: NAMES_AI },
  ),
  rule(
    'strong',
    String.raw`\bnew (?:instructions?|tasks?|rules?|orders?) (?:to|for) (?:the |any |all )?(?:model|assistant|${AI})\b`,
    { needs: NAMES_MACHINE },
  ),
  rule(
    'strong',
    String.raw`\b(?:assistant|model|${AI}),? your (?:new |only |real |actual )?(?:task|job|goal|role|purpose) is\b`,
    { needs: NAMES_MACHINE },
  ),
  // In other languages.
  rule(
    'strong',
    String.raw`\b(?:ignorier\w*|vergiss|vergessen sie|missachte\w*)[^.\n]{0,30}\b(?:vorherig|bisherig|vorig|obig|fruher|vorangegangen|vorhergehend)\w* (?:anweisung|instruktion|befehl|prompt)\w*`,
    { needs: SAYS_INSTRUCTION },
  ),
  rule(
    'strong',
    String.raw`\b(?:ignore[zr]?|oublie[zr]?|ne tenez pas compte|ne tiens pas compte)[^.\n]{0,30}\b(?:instruction|consigne|directive)s (?:precedente|anterieure|ci-dessus)s?`,
    { needs: SAYS_INSTRUCTION },
  ),
  rule(
    'strong',
    String.raw`\b(?:ignor[aei]\w*|olvid[ae]\w*|dimentica\w*|desconsider[ae]\w*|esque[cç]a\w*)[^.\n]{0,30}\b(?:instrucciones|indicaciones|istruzioni|instrucoes) (?:anteriores|previas|precedenti)`,
    { needs: SAYS_INSTRUCTION },
  ),
  rule(
    'strong',
    String.raw`\b(?:negeer|vergeet)[^.\n]{0,30}\b(?:vorige|eerdere|voorgaande|bovenstaande) (?:instructies|opdrachten)`,
    { needs: SAYS_INSTRUCTION },
  ),
  rule(
    'strong',
    String.raw`(?:игнорируи|забуд)\S*[^.\n]{0,30}(?:предыдущ|прежн|все)\S*[^.\n]{0,20}(?:инструкци|указани)`,
  ),
  rule(
    'strong',
    String.raw`(?:忽略|无视|忘记|忽視)[^。\n]{0,8}(?:之前|以上|先前|前面|所有)[^。\n]{0,6}(?:指令|指示|说明|提示)`,
  ),
  rule('strong', String.raw`(?:以前|これまて|上記|前)の[^。\n]{0,6}(?:指示|命令)[^。\n]{0,6}(?:無視|忘れ)`),
  // What people say to people, too.
  rule(
    'hidden',
    String.raw`<\|(?:im_start|im_end|system|endoftext)\|>|\[/?INST\]|<</?SYS>>|</(?:document|system|instructions|untrusted)>`,
  ),
  rule(
    'hidden',
    String.raw`(?:^|\n) *#{0,4} *(?:new |updated )?(?:system|assistant|developer|admin)(?: (?:prompt|message|override|note|instructions?|command))? *[:>]`,
    { needs: NAMES_SYSTEM },
  ),
  rule(
    'hidden',
    String.raw`\bnew (?:instructions?|tasks?|system prompt|directives?)(?: for \w+(?: \w+)?)? *:`,
  ),
  rule(
    'hidden',
    String.raw`\b(?:${AI}|automated \w+)(?: \w+){0,3}? (?:must|should|shall|will|please|has to|have to|(?:is|are) (?:instructed|required|ordered|told) to)(?: \w+){0,2} ${SAY}\b`,
    { needs: NAMES_MACHINE },
  ),
  rule(
    'hidden',
    String.raw`\b(?:summari[sz]e|describe|classify|rate|rank|label|mark|report|approve|accept|recommend) (?:${OF_THIS}|it)\b`,
  ),
  rule(
    'hidden',
    String.raw`\b(?:the|your|any) (?:summary|output|response|json|classification|verdict|assessment|evaluation|score) (?:must|should|has to|shall|will|needs to) (?:be|say|state|contain|include|read|begin|end)\b`,
  ),
  rule(
    'hidden',
    String.raw`\b(?:respond|reply|answer|output)(?: only| exclusively| exactly)+ (?:with|by|in)?\b`,
    { needs: [/\s(?:only|exclusively|exactly)\s(?<=(?:respond|reply|answer|output)\s+\w+\s)/] },
  ),
  rule(
    'hidden',
    String.raw`\b(?:say|write|answer|output|print|state) (?:only |just |exactly |that |the words? |as follows: )*["“'«]`,
    {
      needs: [
        /["“'«](?<=(?:say|write|answer|output|print|state|only|just|exactly|that|words?|follows:)\s+.)/,
      ],
    },
  ),
  rule(
    'hidden',
    String.raw`\b(?:do not|don'?t|never) (?:mention|reveal|tell|disclose|summari[sz]e|report|include) (?:this|these|it|any|the|that)\b`,
  ),
  rule(
    'hidden',
    String.raw`\b(?:you are|you're|act as|pretend to be) (?:an? |the )?(?:\w+ ){0,2}?(?:${AI}|assistant)\b`,
    { needs: NAMES_MACHINE },
  ),
  rule(
    'hidden',
    String.raw`\b(?:set|change|report|extract|use) the (?:total|amount|price|date|name|iban|account|sum|value|score|answer)\b(?: \w+){0,4} (?:to|as|is)\b`,
    { needs: [/\sthe\s+(?:total|amount|price|date|name|iban|account|sum|value|score|answer)\b/] },
  ),
  rule(
    'hidden',
    String.raw`\b(?:this is|treat this as|consider this) an? (?:\w+ )?(?:system|developer|administrator|admin) (?:message|command|instruction|override)`,
    { needs: NAMES_SYSTEM },
  ),
  rule('hidden', String.raw`\b(?:system|security|safety|developer|admin) override\b`, {
    needs: NAMES_SYSTEM,
  }),
];
