import colors from 'picocolors';

/** A line of a report. `tone` says how it is to be read; a line without is plain. */
export interface ReportLine {
  readonly text: string;
  readonly tone?: 'title' | 'good' | 'bad' | 'quiet';
}

/** The line in colours, if the terminal has them. */
export function toned({ text, tone }: ReportLine): string {
  if (tone === 'title') return colors.bold(text);
  if (tone === 'quiet') return colors.dim(text);
  return tone === undefined ? text : colors[tone === 'good' ? 'green' : 'red'](text);
}
