/** The XML of a bar chart of an Office document, with this title and these values. */
export function chartXml(title: string, values: Record<string, number>): string {
  const points = (texts: string[]): string =>
    texts.map((text, n) => `<c:pt idx="${n}"><c:v>${text}</c:v></c:pt>`).join('');
  return [
    '<?xml version="1.0"?><c:chartSpace xmlns:c="urn:c" xmlns:a="urn:a"><c:chart>',
    `<c:title><c:tx><c:rich><a:p><a:r><a:t>${title}</a:t></a:r></a:p></c:rich></c:tx></c:title>`,
    '<c:plotArea><c:barChart><c:ser><c:tx><c:strRef><c:strCache><c:pt idx="0"><c:v>Tonnes</c:v></c:pt></c:strCache></c:strRef></c:tx>',
    `<c:cat><c:strRef><c:strCache>${points(Object.keys(values))}</c:strCache></c:strRef></c:cat>`,
    `<c:val><c:numRef><c:numCache>${points(Object.values(values).map(String))}</c:numCache></c:numRef></c:val>`,
    '</c:ser></c:barChart></c:plotArea></c:chart></c:chartSpace>',
  ].join('');
}
