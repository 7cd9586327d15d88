import { type DrawnMessages, type SameMessage, type TestMessage, letterMarks } from './marble-letters';
import { type Mark, marbleLines, timedMarks } from './marble-line';

/** The frames in which a source was subscribed to and unsubscribed from, as a `TestScheduler` notes them. `Infinity`: never. */
export interface SubscriptionFrames {
  readonly subscribedFrame: number;
  readonly unsubscribedFrame: number;
}

/** A text with the expected and the seen messages as marble lines below one another, and the meaning of their letters. */
export function messagesDiffer(drawn: DrawnMessages, seen: readonly TestMessage[], isSame: SameMessage): string {
  const { expectedMarks, seenMarks, firstDifference, legend } = letterMarks(drawn, seen, isSame);
  const caret = firstDifference === undefined ? [] : [{ frame: firstDifference, letter: '^' }];
  const lines = marbleLines([expectedMarks, seenMarks, caret]);
  const [expectedLine, seenLine, caretLine = ''] = lines ?? [expectedMarks, seenMarks].map(timedMarks);
  const text = [row('expected', expectedLine), row('seen', seenLine)];
  if (firstDifference === undefined) text.push('', 'The lines are the same: the cause says what differs.');
  else if (lines !== undefined) text.push(row('', `${caretLine.replace(/[^^]+$/, '').replaceAll(/[^^]/g, ' ')} frame ${firstDifference}`));
  else text.push('', 'No marble line can say this: its frames are whole, and a group takes as many as it has characters.');
  if (legend.length > 0) text.push('', ...legend.map((entry) => `  ${entry}`));
  return text.join('\n');
}

/** A text with the expected and the seen subscriptions of a source, each as a marble line. */
export function subscriptionsDiffer(expected: readonly SubscriptionFrames[], seen: readonly SubscriptionFrames[]): string {
  const marks = [...expected, ...seen].map(marksOf);
  const lines = marbleLines(marks) ?? marks.map(timedMarks);
  const rowsOf = (label: string, some: readonly string[]): string[] => (some.length === 0 ? ['no subscription'] : some).map((line) => row(label, line));
  return [...rowsOf('expected', lines.slice(0, expected.length)), ...rowsOf('seen', lines.slice(expected.length))].join('\n');
}

function row(label: string, line: string | undefined): string {
  return `  ${label.padEnd('expected'.length)}  ${line === '' ? 'nothing' : line}`;
}

function marksOf({ subscribedFrame, unsubscribedFrame }: SubscriptionFrames): Mark[] {
  const marks = [
    { frame: subscribedFrame, letter: '^' },
    { frame: unsubscribedFrame, letter: '!' },
  ];
  return marks.filter(({ frame }) => frame !== Infinity);
}
