const NAME = '[A-Za-z_][\\w.:-]*';
const TEXT = '(?:[^<&]|&(?:amp|lt|gt|quot|apos|#\\d+|#x[0-9a-fA-F]+);)';
const ATTRIBUTE = `\\s+${NAME}="(?:(?!")${TEXT})*"`;
const TOKEN = new RegExp(
  `<\\?xml[^?<>]*\\?>|<(${NAME})(?:${ATTRIBUTE})*\\s*(/?)>|</(${NAME})\\s*>|${TEXT}`,
  'uy',
);
/** What XML 1.0 can hold at all. */
const CHARACTERS = /^[\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]*$/u;

/**
 * The names of all elements of an XML 1.0 text, in the order of their beginnings. Knows what twinboot writes: elements,
 * attributes in double quotes, and text. Throws at the first place where the text is not well-formed.
 */
export function parseXml(text: string): string[] {
  if (!CHARACTERS.test(text)) throw new Error('characters that XML cannot hold');
  const names: string[] = [];
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const at = TOKEN.lastIndex;
    const [, begins, isEmpty, ends] = TOKEN.exec(text) ?? [];
    if (TOKEN.lastIndex === 0)
      throw new Error(`not well-formed at: ${JSON.stringify(text.slice(at, at + 60))}`);
    if (begins !== undefined) {
      names.push(begins);
      if (isEmpty === '') open.push(begins);
    }
    if (ends !== undefined && open.pop() !== ends) throw new Error(`</${ends}> ends nothing`);
  }
  if (open.length > 0) throw new Error(`<${open.join('><')}> does not end`);
  return names;
}
