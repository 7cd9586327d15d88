/** Replaces the lines between the lines `<!-- name -->` and `<!-- /name -->`. @throws an Error, if one of these is missing. */
export function betweenMarkers(text: string, name: string, content: string): string {
  const begin = `<!-- ${name} -->\n`;
  const end = `<!-- /${name} -->`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from < 0 || to < 0) throw new Error(`The markers <!-- ${name} --> and ${end} are missing.`);
  return `${text.slice(0, from + begin.length)}${content}\n${text.slice(to)}`;
}
