/** The colours of the terminal view: readable on dark and on light ground, and still apart where a terminal has only 16. */
export const palette = {
  brand: '#e93c8c',
  good: '#3fb950',
  busy: '#d29922',
  bad: '#f85149',
  calm: '#58a6ff',
  quiet: 'gray',
} as const;
