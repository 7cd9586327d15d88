import { Difference } from './difference';
import type { Channel } from './world';

interface Line {
  readonly channel: Channel;
  readonly text: string;
}

/** Everything that can be seen from outside while a command is played, in order. */
export class Story {
  #lines: Line[] = [];

  add(channel: Channel, text: string): void {
    this.#lines.push({ channel, text });
  }

  forget(): void {
    this.#lines = [];
  }

  /** The lines of some channels. */
  of(channels: ReadonlySet<Channel> | undefined): string[] {
    const lines = channels === undefined ? this.#lines : this.#lines.filter(({ channel }) => channels.has(channel));
    return lines.map(({ channel, text }) => `${channel} ${text}`);
  }
}

/** Compares two stories. @throws {Difference} with the lines around the first one that differs. */
export function compareStories(who: string, expected: readonly string[], seen: readonly string[]): void {
  const length = Math.max(expected.length, seen.length);
  let at = 0;
  while (at < length && expected[at] === seen[at]) at++;
  if (at === length) return;
  const show = (lines: readonly string[]): string => lines.map((line, index) => `${index === at ? '→' : ' '} ${line}`).slice(Math.max(0, at - 12), at + 6).join('\n  ');
  throw new Difference(`${who}, ${(expected[at] ?? seen[at])!.split(' ', 2)[0]!}`, `\n  the model tells\n  ${show(expected)}\n  the broker tells\n  ${show(seen)}`);
}
