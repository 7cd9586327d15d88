/** The bytes of a text in UTF-8. Half of a surrogate pair counts as the three bytes of its replacement. */
export function utf8Length(text: string): number {
  if (!BEYOND_ASCII.test(text)) return text.length;
  let length = text.length;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x80) continue;
    if (code < 0x800) length += 1;
    else if (code >= 0xd800 && code < 0xdc00 && isLow(text.charCodeAt(index + 1))) {
      // A pair of two units has four bytes.
      length += 2;
      index++;
    } else length += 2;
  }
  return length;
}

/** Most texts have none of these, and a search is faster than a loop. */
const BEYOND_ASCII = /[\u0080-\uffff]/;

function isLow(code: number): boolean {
  return code >= 0xdc00 && code < 0xe000;
}
