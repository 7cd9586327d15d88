import { expect } from 'vitest';
import type { Law } from '../law';
import { type CreateMailbox, OVERFLOWS, finishAll } from './mailbox-under-law';

/** The laws of `pause`, `resume` and `clear`. */
export const PAUSING_LAWS: readonly Law<CreateMailbox>[] = [
  ...OVERFLOWS.flatMap((overflow): Law<CreateMailbox>[] => [
    {
      name: `${overflow}: paused, begins no turn, queues up to its capacity, and hands all on when it is resumed (M6)`,
      check(create) {
        const box = create({ capacity: 2, overflow });
        box.attach();
        box.mailbox.pause();
        box.mailbox.pause();
        for (const message of [1, 2]) expect(box.offer(message)).toBeUndefined();
        expect(box.handed).toEqual([]);
        expect(box.mailbox).toMatchObject({ size: 2, isFull: true, isPaused: true });
        box.offer(3);
        expect(box.losses.map(({ message }) => message)).toEqual([overflow === 'drop-oldest' ? 1 : 3]);
        box.mailbox.resume();
        box.mailbox.resume();
        expect(box.mailbox.isPaused).toBe(false);
        finishAll(box);
        expect(box.handed).toEqual(overflow === 'drop-oldest' ? [2, 3] : [1, 2]);
      },
    },
    {
      name: `${overflow}: paused, lets what runs go on, and begins no turn in its place (M6)`,
      check(create) {
        const box = create({ capacity: 3, overflow, concurrency: 2 });
        box.attach();
        for (const message of [1, 2, 3]) box.offer(message);
        box.mailbox.pause();
        expect(box.mailbox.metrics()).toMatchObject({ inFlight: 2, size: 1 });
        box.finish();
        expect(box.mailbox.metrics()).toMatchObject({ inFlight: 1, size: 1, delivered: 2 });
        box.mailbox.resume();
        expect(box.handed).toEqual([1, 2, 3]);
      },
    },
    {
      name: `${overflow}: paused inside a turn, stops the backlog after that turn; resumed inside a turn, goes on after it (M6, D2)`,
      check(create) {
        const box = create({ capacity: 3, overflow, concurrency: 3 });
        const steps: string[] = [];
        for (const message of [1, 2, 3]) box.offer(message);
        box.attach((message) => {
          if (message === 2) box.mailbox.pause();
          if (message === 3) {
            box.mailbox.pause();
            box.mailbox.resume();
            box.offer(4);
          }
          steps.push(`${message} returns`);
        });
        expect(steps).toEqual(['1 returns', '2 returns']);
        box.mailbox.resume();
        finishAll(box);
        expect(steps).toEqual(['1 returns', '2 returns', '3 returns', '4 returns']);
      },
    },
    {
      name: `${overflow}: cleared, loses what is queued with Dropped, highest priority first, tells each once, and lets what runs go on (§2)`,
      check(create) {
        const box = create({ capacity: 4, overflow });
        const told: number[] = [];
        box.mailbox.losses$.subscribe(({ message }) => told.push(message));
        box.attach();
        const running = box.ask(1);
        const asked = box.ask(2, 'low');
        box.offer(3);
        const urgent = box.ask(4, 'critical');
        expect(box.mailbox.clear()).toBe(3);
        expect(told).toEqual([4, 3, 2]);
        expect(box.losses.every(({ code }) => code === 'Dropped')).toBe(true);
        expect([running.outcomes, asked.outcomes, urgent.outcomes]).toEqual([[], ['Dropped'], ['Dropped']]);
        expect(box.mailbox.metrics()).toMatchObject({ size: 0, inFlight: 1, lost: 3 });
        expect(box.mailbox.clear()).toBe(0);
        box.offer(5);
        finishAll(box);
        expect(box.handed).toEqual([1, 5]);
        expect(running.outcomes).toEqual(['answered']);
      },
    },
    {
      name: `${overflow}: closed and then cleared, tells every loss before it ends its streams (§2, M6)`,
      check(create) {
        const box = create({ capacity: 2, overflow });
        const told: unknown[] = [];
        box.mailbox.losses$.subscribe({ next: ({ message }) => told.push(message), complete: () => told.push('end') });
        for (const message of [1, 2]) box.offer(message);
        box.mailbox.close();
        expect(box.mailbox.clear()).toBe(2);
        expect(told).toEqual([1, 2, 'end']);
      },
    },
  ]),
  {
    name: 'block: cleared, also loses those who wait, after all that is queued (§2)',
    check(create) {
      const box = create({ capacity: 1, overflow: 'block', maxWaiting: 3 });
      const asks = [1, 2, 3, 4].map((message) => box.ask(message, message === 4 ? 'high' : 'normal'));
      expect(box.mailbox.clear()).toBe(4);
      expect(box.losses.map(({ message }) => message)).toEqual([1, 4, 2, 3]);
      expect(asks.map(({ outcomes }) => [...outcomes])).toEqual([['Dropped'], ['Dropped'], ['Dropped'], ['Dropped']]);
      const [queued, waits] = [box.ask(5), box.ask(6)];
      expect([queued.outcomes, waits.outcomes]).toEqual([[], []]);
      box.attach();
      finishAll(box);
      expect(box.handed).toEqual([5, 6]);
    },
  },
];
