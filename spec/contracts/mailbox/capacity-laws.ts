import { expect } from 'vitest';
import type { Law } from '../law';
import { type CreateMailbox, OVERFLOWS, finishAll } from './mailbox-under-law';

/** The laws of a mailbox's capacity, and of its own numbers. */
export const CAPACITY_LAWS: readonly Law<CreateMailbox>[] = OVERFLOWS.flatMap((overflow): Law<CreateMailbox>[] => [
  {
    name: `${overflow}: bounds what is queued, not what is running (M1)`,
    check(create) {
      const box = create({ capacity: 1, overflow });
      box.attach();
      expect([box.offer(1), box.offer(2)]).toEqual([undefined, undefined]);
      box.offer(3);
      expect(box.losses).toHaveLength(1);
      finishAll(box);
      expect(box.handed).toHaveLength(2);
    },
  },
  {
    name: `${overflow}: of two sends made during a turn takes one, at capacity 1 (M1)`,
    check(create) {
      const box = create({ capacity: 1, overflow });
      box.attach((message) => {
        if (message !== 1) return;
        box.offer(2);
        box.offer(3);
      });
      box.offer(1);
      expect(box.losses).toHaveLength(1);
      finishAll(box);
      expect(box.handed).toHaveLength(2);
    },
  },
  {
    name: `${overflow}: queues without a consumer, up to its capacity, and hands all on once there is one (M6)`,
    check(create) {
      const box = create({ capacity: 3, overflow });
      for (const message of [1, 2, 3]) expect(box.offer(message)).toBeUndefined();
      expect(box.mailbox).toMatchObject({ capacity: 3, size: 3, isFull: true });
      expect(box.losses).toEqual([]);
      box.attach();
      finishAll(box);
      expect(box.handed).toEqual([1, 2, 3]);
      expect(box.mailbox).toMatchObject({ size: 0, isFull: false });
    },
  },
  {
    name: `${overflow}: runs as many turns at once as it is told (M4)`,
    check(create) {
      const box = create({ capacity: 9, overflow, concurrency: 3 });
      box.attach();
      for (let message = 1; message <= 5; message++) box.offer(message);
      expect(box.handed).toEqual([1, 2, 3]);
      expect(box.mailbox.metrics()).toMatchObject({ inFlight: 3, size: 2 });
      box.finish();
      expect(box.handed).toEqual([1, 2, 3, 4]);
      expect(box.mailbox.metrics()).toMatchObject({ inFlight: 3, size: 1 });
    },
  },
  {
    name: `${overflow}: starts the next turn when the one before has returned (D2)`,
    check(create) {
      const box = create({ capacity: 9, overflow, concurrency: 3 });
      const steps: string[] = [];
      box.attach((message) => {
        steps.push(`${message} begins`);
        if (message < 3) box.offer(message + 1);
        steps.push(`${message} ends`);
      });
      box.offer(1);
      expect(steps).toEqual(['1 begins', '1 ends', '2 begins', '2 ends', '3 begins', '3 ends']);
    },
  },
  {
    name: `${overflow}: closed, refuses newcomers, drains, then ends its streams; closing again is nothing (M6)`,
    check(create) {
      const box = create({ capacity: 3, overflow });
      let ends = 0;
      box.mailbox.pressure$.subscribe({ complete: () => ends++ });
      box.mailbox.losses$.subscribe({ complete: () => ends++ });
      for (const message of [1, 2]) box.offer(message);
      box.mailbox.close();
      box.mailbox.close();
      expect(box.offer(3)).toBe('ActorStopped');
      expect(box.ask(4).outcomes).toEqual(['ActorStopped']);
      expect(box.losses.map(({ code }) => code)).toEqual(['ActorStopped', 'ActorStopped']);
      expect(box.mailbox).toMatchObject({ isClosed: true, size: 2 });
      box.attach();
      box.finish();
      expect(ends).toBe(0);
      finishAll(box);
      expect(box.handed).toEqual([1, 2]);
      expect(ends).toBe(2);
    },
  },
  {
    name: `${overflow}: tells its pressure at once, then every change and no other value (M6)`,
    check(create) {
      const box = create({ capacity: 2, overflow });
      const seen: number[] = [];
      box.offer(1);
      box.mailbox.pressure$.subscribe((pressure) => seen.push(pressure));
      for (const message of [2, 3, 4]) box.offer(message);
      expect(seen).toEqual([0.5, 1]);
      box.attach();
      finishAll(box);
      expect(seen).toEqual([0.5, 1, 0.5, 0]);
    },
  },
  {
    name: `${overflow}: keeps its figures (M1)`,
    check(create) {
      const box = create({ capacity: 2, overflow });
      for (const message of [1, 2, 3]) box.offer(message);
      const evicted = overflow === 'drop-oldest' ? 1 : 0;
      const figures = { capacity: 2, size: 2, highWaterMark: 2, accepted: 2 + evicted, delivered: 0, lost: 1, inFlight: 0 };
      expect(box.mailbox.metrics()).toEqual(figures);
      box.attach();
      expect(box.mailbox.metrics()).toEqual({ ...figures, size: 1, delivered: 1, inFlight: 1 });
      finishAll(box);
      expect(box.mailbox.metrics()).toEqual({ ...figures, size: 0, delivered: 2 });
    },
  },
]);
