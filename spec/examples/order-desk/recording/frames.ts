import { renderToString } from 'ink';
import { createElement } from 'react';
import { VirtualTimeScheduler } from 'rxjs';
import { startSession } from '../session';
import { Dashboard } from '../terminal/dashboard';
import { viewsOf } from '../terminal/views';

export interface FramesOptions {
  readonly columns: number;
  readonly rows: number;
  /** Seconds that the script takes. */
  readonly seconds: number;
  /** Seconds between two frames. */
  readonly every: number;
}

/** Plays the script in virtual time, and draws the terminal every few seconds: the same frames each time. */
export function recordFrames({ columns, rows, seconds, every }: FramesOptions): string[][] {
  const scheduler = new VirtualTimeScheduler(undefined, Infinity);
  const session = startSession({ seconds, seed: 1, scheduler });
  const frames: string[][] = [];
  const drawing = viewsOf(session, 100, scheduler).subscribe((view) => {
    if (view.frame.at < (frames.length + 1) * every * 1_000) return;
    frames.push(renderToString(createElement(Dashboard, { ...view, columns, rows }), { columns }).split('\n'));
  });
  scheduler.schedule(() => drawing.unsubscribe(), seconds * 1_000);
  scheduler.flush();
  return frames;
}
