/** Breaks a text between words into lines of at most `width` characters. A word that is longer is cut. */
export function wrapWords(text: string, width: number, indent = ''): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? (lines.length === 0 ? '' : indent) + word : `${line} ${word}`;
    if (longer.length <= width || line === '') {
      line = longer.slice(0, width);
    } else {
      lines.push(line);
      line = `${indent}${word}`.slice(0, width);
    }
  }
  return [...lines, line];
}
