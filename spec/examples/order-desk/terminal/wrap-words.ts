/** Breaks a text between words into lines of at most `width` characters. A word that is longer is cut. */
export function wrapWords(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(' ')) {
    const longer = line === '' ? word : `${line} ${word}`;
    if (line !== '' && longer.length > width) {
      lines.push(line);
      line = word.slice(0, width);
    } else {
      line = longer.slice(0, width);
    }
  }
  return [...lines, line];
}
