import { Parser } from 'htmlparser2';
import type { AsideText } from '../../domain/suspicion.ts';
import type { Look } from './hidden-style.ts';
import { lookOf } from './hidden-style.ts';

const SHOWN_ON_HOVER: Readonly<Record<string, AsideText['origin']>> = {
  alt: 'alt text',
  title: 'alt text',
  'aria-label': 'alt text',
  'aria-description': 'alt text',
  longdesc: 'alt text',
  summary: 'alt text',
  placeholder: 'attribute',
  content: 'metadata',
  value: 'attribute',
};
/** What no program shows. */
const UNSEEN_TAGS = new Set(['template', 'noscript', 'noembed', 'noframes']);
const CODE_TAGS = new Set(['script', 'style']);
/** These have no end, so that what follows is not inside them. */
const VOID_TAGS = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
/** In drawings these are told by readers, not drawn. */
const TOLD_TAGS = new Set(['desc', 'metadata']);

/** What a page or drawing holds beside the text that is seen: comments, attributes, hidden elements. */
export function markupAsides(markup: string, { xmlMode = false } = {}): AsideText[] {
  const asides: AsideText[] = [];
  const classes = classLooks(markup);
  const open: { name: string; isHidden: boolean; isDark: boolean; color: Look['color'] }[] = [
    { name: '', isHidden: false, isDark: false, color: null },
  ];
  let hidden = '';
  let told = 0;
  let toldText = '';
  const flush = (): void => {
    if (hidden.trim() !== '') asides.push({ origin: 'hidden text', text: hidden });
    hidden = '';
  };
  const parser = new Parser(
    {
      oncomment: (text) => void asides.push({ origin: 'comment', text }),
      onopentag(name, attributes) {
        for (const [key, text] of Object.entries(attributes)) {
          const origin = SHOWN_ON_HOVER[key] ?? (key.startsWith('data-') ? 'attribute' : null);
          if (origin !== null && text.length > 12) asides.push({ origin, text });
        }
        const tag = name.toLowerCase();
        if (TOLD_TAGS.has(tag)) told += 1;
        if (VOID_TAGS.has(tag) && !xmlMode) return;
        const above = open.at(-1)!;
        const looks = [
          lookOf(attributes.style ?? ''),
          lookOf(`color:${attributes.color ?? ''};background:${attributes.bgcolor ?? ''}`),
          ...(attributes.class ?? '').split(/\s+/).flatMap((one) => classes.get(`.${one}`) ?? []),
          ...(classes.get(`#${attributes.id ?? ''}`) ?? []),
          ...(classes.get(tag) ?? []),
        ];
        const ground = looks.find(({ background }) => background !== null)?.background;
        const isDark = ground === undefined ? above.isDark : ground === 'other';
        const color = looks.find((look) => look.color !== null)?.color ?? above.color;
        const isHidden =
          above.isHidden ||
          UNSEEN_TAGS.has(tag) ||
          attributes.hidden !== undefined ||
          looks.some((look) => look.isHidden) ||
          (color === 'light' && !isDark && !xmlMode);
        open.push({ name, isHidden, isDark, color });
      },
      ontext(text) {
        const { name, isHidden } = open.at(-1)!;
        if (CODE_TAGS.has(name.toLowerCase())) return;
        if (told > 0) toldText += text;
        else if (isHidden) hidden += text;
        else if (text.trim() !== '') flush();
      },
      onclosetag(name) {
        const tag = name.toLowerCase();
        if (TOLD_TAGS.has(tag)) told = Math.max(0, told - 1);
        if (told === 0 && toldText !== '') {
          asides.push({ origin: 'metadata', text: toldText });
          toldText = '';
        }
        if (open.length > 1 && open.at(-1)!.name === name) open.pop();
      },
    },
    { xmlMode, lowerCaseAttributeNames: true, decodeEntities: true },
  );
  parser.end(markup);
  flush();
  return asides;
}

/** What the page's own style sheets say of classes, ids and tags, as far as a selector is one of these alone. */
function classLooks(markup: string): Map<string, Look[]> {
  const looks = new Map<string, Look[]>();
  for (const [, sheet] of markup.matchAll(/<style\b[^>]*>([\s\S]{0,200000}?)<\/style>/gi)) {
    for (const [, selectors, body] of sheet!
      .replace(/\/\*[\s\S]*?\*\//g, '')
      .matchAll(/([^{}]{1,500})\{([^{}]{0,2000})\}/g)) {
      for (const selector of selectors!.split(',')) {
        const last = /([.#]?[\w-]+)\s*$/.exec(selector.trim())?.[1];
        if (last !== undefined) looks.set(last, [...(looks.get(last) ?? []), lookOf(body!)]);
      }
    }
  }
  return looks;
}
