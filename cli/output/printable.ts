// Also those that turn the direction of the text after them.
const COMMANDS = /[\0-\b\v-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

/**
 * Text as a terminal may show it: what would command the terminal is spelt out as `\u001b`. Names and contents of
 * documents are written by strangers. JSON stays JSON, and means the same.
 */
export function printable(text: string): string {
  return text.replace(COMMANDS, spellOut);
}

/** The same on one line: a name never looks like a line of ours. */
export function onOneLine(text: string): string {
  return printable(text).replace(/[\t\n\u2028\u2029]/g, spellOut);
}

function spellOut(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
