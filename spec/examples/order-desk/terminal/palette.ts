/** The colours of the terminal view. */
export const palette = {
  brand: '#e93c8c',
  bright: '#f0f6fc',
  good: '#3fb950',
  busy: '#d29922',
  bad: '#f85149',
  calm: '#58a6ff',
  quiet: '#8b949e',
  faint: '#484f58',
} as const;
