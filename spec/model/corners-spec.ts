import fc from 'fast-check';
import type { BrokerEvent } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { BrokerRun } from './broker-run';
import type { Script } from './command';
import { directedScript } from './directed-scripts';

/** M3: twice 8 + 4 + 2, if `low` has just spent its credit. */
const BOUND = 28;

/** Counts how often the directed scripts reach cases that uniform scripts miss, and how long the head of `low` had to wait. */
class Corners {
  readonly reached: Record<string, number> = {};
  longestWait = 0;
  readonly #waiting = new Set<string>();

  follow(script: Script): void {
    const { player, world } = new BrokerRun(script, new Set());
    const first = script.commands[0]!;
    // A waiter gets its place in the queue without an event.
    const isMeasured = first.do === 'register' && first.mailbox.fairness === 'weighted' && first.mailbox.overflow !== 'block';
    const lows: string[] = [];
    let waited = 0;
    world.broker.events$.subscribe((event) => {
      this.#note(event);
      if (!isMeasured || !('priority' in event)) return;
      if (event.kind === 'queued' && event.priority === 'low') lows.push(event.id);
      if (event.kind === 'delivered' && lows.length > 0 && event.id !== lows[0]) this.longestWait = Math.max(this.longestWait, ++waited);
      if ((event.kind === 'delivered' || event.kind === 'failed') && lows.includes(event.id)) {
        if (event.id === lows[0]) waited = 0;
        lows.splice(lows.indexOf(event.id), 1);
      }
    });
    for (const command of script.commands) player.play(command);
  }

  #note(event: BrokerEvent): void {
    if (event.kind === 'queued' && event.waiting) {
      this.#waiting.add(event.id);
      this.#count('waiting');
    } else if (event.kind === 'failed') this.#count(this.#waiting.has(event.id) ? `${event.code} after waiting` : event.code);
    else if (event.kind === 'delivered' && this.#waiting.has(event.id)) this.#count('run after waiting');
    else if (event.kind === 'delivered' && event.priority === 'low') this.#count('low run');
    // Of those that wait only the sender of an offer waits for no reply.
    if ('asked' in event && !event.asked && this.#waiting.has(event.id) && event.kind !== 'settled') this.#count(`offer: ${event.kind === 'failed' ? event.code : event.kind}`);
  }

  #count(corner: string): void {
    this.reached[corner] = (this.reached[corner] ?? 0) + 1;
  }
}

describe('directed scripts', () => {
  const corners = new Corners();
  for (const script of fc.sample(directedScript, { seed: 11, numRuns: 1_000 })) corners.follow(script);

  it.each([
    ...['waiting', 'run after waiting', 'Cancelled after waiting', 'Timeout after waiting', 'Dropped after waiting', 'MailboxFull', 'Dropped', 'Expired', 'low run'],
    ...['offer: queued', 'offer: delivered', 'offer: Cancelled', 'offer: Timeout', 'offer: Dropped'],
  ])(
    'reach "%s" at least 20 times',
    (corner) => expect(corners.reached[corner]).toBeGreaterThanOrEqual(20),
  );

  it('make the head of low wait for at least 14 others, and never for more than 28 (M3)', () => {
    expect(corners.longestWait).toBeGreaterThanOrEqual(14);
    expect(corners.longestWait).toBeLessThanOrEqual(BOUND);
  });
});
