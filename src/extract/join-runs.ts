import type { OfficeContentNode, TextFormatting } from 'officeparser';

/**
 * Word cuts a sentence into runs wherever it likes. Runs of equal emphasis become one, and spaces at the edge of an
 * emphasized run move out of it: `**bold** ` is emphasis, `**bold **` is not.
 */
export function joinRuns(nodes: OfficeContentNode[]): OfficeContentNode[] {
  const joined: OfficeContentNode[] = [];
  for (const node of nodes) {
    for (const piece of node.type === 'text' ? withoutEdgeSpaces(node) : [withJoinedChildren(node)]) {
      const last = joined.at(-1);
      if (last !== undefined && isSameRun(last, piece)) {
        joined[joined.length - 1] = { ...last, text: `${last.text ?? ''}${piece.text ?? ''}` };
      } else joined.push(piece);
    }
  }
  return joined;
}

function withJoinedChildren(node: OfficeContentNode): OfficeContentNode {
  return node.children === undefined ? node : { ...node, children: joinRuns(node.children) };
}

function withoutEdgeSpaces(node: OfficeContentNode): OfficeContentNode[] {
  const { formatting, ...rest } = node;
  const text = node.text ?? '';
  if (!isEmphasized(formatting)) return [{ ...rest, text }];
  const [, before = '', core = '', after = ''] = /^(\s*)([\s\S]*?)(\s*)$/.exec(text) ?? [];
  const plain = (space: string): OfficeContentNode[] => (space === '' ? [] : [{ type: 'text', text: space }]);
  const run = { ...rest, text: core, formatting: emphasisOf(formatting) } as OfficeContentNode;
  return [...plain(before), ...(core === '' ? [] : [run]), ...plain(after)];
}

function isSameRun(a: OfficeContentNode, b: OfficeContentNode): boolean {
  return (
    a.type === 'text' &&
    b.type === 'text' &&
    a.metadata?.link === b.metadata?.link &&
    a.formatting?.bold === b.formatting?.bold &&
    a.formatting?.italic === b.formatting?.italic
  );
}

function isEmphasized(formatting: TextFormatting | undefined): formatting is TextFormatting {
  return formatting?.bold === true || formatting?.italic === true;
}

/** Colours, fonts and sizes have no Markdown. */
function emphasisOf({ bold, italic }: TextFormatting): TextFormatting {
  return { ...(bold === true ? { bold } : {}), ...(italic === true ? { italic } : {}) };
}
