import { type Run, runsOf } from './ansi';

/** A cell of the terminal, in pixels. */
const CELL = { width: 8, height: 18 } as const;
const FONT = 13;
const MARGIN = 16;
/** The height of the title of the window. */
const TITLE = 30;
const COLOURS = { paper: '#0d1117', ink: '#e6edf3', frame: '#30363d', title: '#8b949e' } as const;
const BLOCKS = /([▏▎▍▌▋▊▉█▁▂▃▄▅▆▇]+)/;

export interface Recording {
  /** Each frame as its lines, with ANSI colours. */
  readonly frames: readonly (readonly string[])[];
  readonly columns: number;
  readonly rows: number;
  /** Seconds of one frame. */
  readonly period: number;
  readonly title: string;
  /** For those who do not see it. */
  readonly description: string;
  /** The frame for those who want no motion. */
  readonly still: number;
}

/**
 * A recording of a terminal as an animated SVG. The frames stand below one another, and CSS moves them through the window. Texts stay texts;
 * bars are shapes, so that no font tears them. It needs no script and no font from elsewhere.
 */
export function svgOf({ frames, columns, rows, period, title, description, still }: Recording): string {
  const colours: string[] = [];
  const classOf = (colour: string): string => {
    if (!colours.includes(colour)) colours.push(colour);
    return `c${colours.indexOf(colour)}`;
  };
  // A line that occurs in many frames is drawn once.
  const lines = [...new Set(frames.flat())];
  const idOf = new Map(lines.map((line, index) => [line, `l${index.toString(36)}`]));
  const drawn = frames.map((frame, index) =>
    frame.map((line, row) => (line.trim() === '' ? '' : `<use href="#${idOf.get(line)!}" y="${(index * rows + row) * CELL.height}"/>`)).join(''),
  );
  const defs = lines.map((line) => `<g id="${idOf.get(line)!}">${lineOf(runsOf(line), classOf)}</g>`).join('\n');
  const width = columns * CELL.width + 2 * MARGIN;
  const height = rows * CELL.height + TITLE + 2 * MARGIN - 8;
  const strip = frames.length * rows * CELL.height;
  const styles = [
    `text{font:${FONT}px ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;fill:${COLOURS.ink};white-space:pre}`,
    '.b{font-weight:700}',
    ...colours.map((colour, index) => `.c${index}{fill:${colour}}`),
    `@keyframes play{to{transform:translateY(-${strip}px)}}`,
    `.strip{animation:play ${frames.length * period}s steps(${frames.length}) infinite}`,
    `@media (prefers-reduced-motion:reduce){.strip{animation:none;transform:translateY(-${still * rows * CELL.height}px)}}`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="t d">
<title id="t">${escaped(title)}</title>
<desc id="d">${escaped(description)}</desc>
<style>${styles.join('')}</style>
<defs>
${defs}
<clipPath id="screen"><rect width="${columns * CELL.width}" height="${rows * CELL.height}"/></clipPath>
</defs>
<rect x=".5" y=".5" width="${width - 1}" height="${height - 1}" rx="8" fill="${COLOURS.paper}" stroke="${COLOURS.frame}"/>
<circle cx="20" cy="18" r="5" fill="#ff5f57"/><circle cx="38" cy="18" r="5" fill="#febc2e"/><circle cx="56" cy="18" r="5" fill="#28c840"/>
<text x="${width / 2}" y="22" text-anchor="middle" style="fill:${COLOURS.title}">${escaped(title)}</text>
<g transform="translate(${MARGIN} ${TITLE + 8})" clip-path="url(#screen)"><g class="strip">
${drawn.join('\n')}
</g></g>
</svg>
`;
}

function lineOf(runs: readonly Run[], classOf: (colour: string) => string): string {
  let column = 0;
  return runs
    .flatMap(({ text, colour, isBold }) =>
      text.split(BLOCKS).map((part) => {
        const at = column;
        column += part.length;
        if (part.trim() === '') return '';
        const classes = [...(colour === undefined ? [] : [classOf(colour)]), ...(isBold ? ['b'] : [])].join(' ');
        const named = classes === '' ? '' : ` class="${classes}"`;
        return BLOCKS.test(part) ? `<path${named} d="${shapeOf(part, at)}"/>` : textOf(part, at, named);
      }),
    )
    .join('');
}

/** Its length is given, so that columns stay columns in every font. */
function textOf(part: string, at: number, named: string): string {
  const text = part.trim();
  const x = (at + part.indexOf(text)) * CELL.width;
  return `<text x="${x}" y="13" textLength="${text.length * CELL.width}"${named}>${escaped(text)}</text>`;
}

/** Block elements as rectangles. Neighbours of one height are one rectangle. */
function shapeOf(blocks: string, at: number): string {
  let path = '';
  let index = 0;
  while (index < blocks.length) {
    const first = blocks[index]!;
    let length = 1;
    while (blocks[index + length] === first) length++;
    const eighth = '▏▎▍▌▋▊▉'.indexOf(first) + 1;
    const level = '▁▂▃▄▅▆▇█'.indexOf(first) + 1;
    const width = eighth > 0 ? (eighth * CELL.width) / 8 : length * CELL.width;
    const height = eighth > 0 ? 14 : (level * 14) / 8;
    path += `M${(at + index) * CELL.width} ${16 - height}h${width}v${height}h-${width}z`;
    index += eighth > 0 ? 1 : length;
  }
  return path;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
