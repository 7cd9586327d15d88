import { expect } from 'vitest';
import type { Law } from '../law';
import { type CreateMailbox, FAIRNESSES, OVERFLOWS, PRIORITIES, finishAll } from './mailbox-under-law';

const SIGNS = { low: 'l', normal: 'n', high: 'h', critical: 'c' } as const;

/** Queues `each` messages of every priority, and hands them out. Returns the first letter of the priority of each, in order. */
function classes(create: CreateMailbox, fairness: 'weighted' | 'strict', each: number): string {
  const box = create({ capacity: 4 * each, fairness });
  for (let i = 0; i < each; i++) PRIORITIES.forEach((priority, lane) => box.offer(4 * i + lane, priority));
  box.attach();
  finishAll(box);
  return box.handed.map((message) => SIGNS[PRIORITIES[message % 4]!]).join('');
}

/** The laws of the order of turns. */
export const ORDER_LAWS: readonly Law<CreateMailbox>[] = [
  ...OVERFLOWS.flatMap((overflow) =>
    FAIRNESSES.map(
      (fairness): Law<CreateMailbox> => ({
        name: `${overflow}, ${fairness}: is FIFO for each priority, and loses and doubles nothing while there is room (M3)`,
        check(create) {
          const box = create({ capacity: 60, overflow, fairness, concurrency: 2 });
          box.attach();
          const sent: number[][] = [[], [], [], []];
          for (let message = 0; message < 60; message++) {
            const lane = (message * 7 + Math.floor(message / 5)) % 4;
            sent[lane]!.push(message);
            if (message % 3 === 0) box.ask(message, PRIORITIES[lane]);
            else box.offer(message, PRIORITIES[lane]);
            if (message % 4 === 0) box.finish();
          }
          finishAll(box);
          for (const lane of sent) expect(box.handed.filter((message) => lane.includes(message))).toEqual(lane);
          expect(box.handed).toHaveLength(60);
        },
      }),
    ),
  ),
  {
    name: 'weighted: gives critical 8, high 4, normal 2 and low 1 of 15 turns (M3)',
    check(create) {
      expect(classes(create, 'weighted', 20).slice(0, 30)).toBe('cccccccchhhhnnlcccccccchhhhnnl');
    },
  },
  {
    name: 'weighted: refills when no class that waits has credit left (M3)',
    check(create) {
      const box = create({ capacity: 99, fairness: 'weighted' });
      for (let i = 0; i < 6; i++) box.offer(i, 'normal');
      box.offer(10, 'low');
      box.offer(11, 'low');
      box.attach();
      finishAll(box);
      expect(box.handed).toEqual([0, 1, 10, 2, 3, 11, 4, 5]);
    },
  },
  {
    name: 'weighted: lets the head of low wait for at most 28 others, and one that just missed its turn for all 28 (M3)',
    check(create) {
      const box = create({ capacity: 9_999, fairness: 'weighted' });
      let next = 1_000;
      box.offer(0, 'low');
      box.offer(1, 'low');
      box.attach();
      // Low has spent its credit while it was alone. Now messages of all other priorities come, and more with every turn.
      for (let turn = 0; turn < 60; turn++) {
        for (const priority of ['critical', 'high', 'normal'] as const) for (let i = 0; i < 8; i++) box.offer(next++, priority);
        box.finish();
      }
      expect(box.handed.indexOf(1) - 1).toBe(28);
    },
  },
  {
    name: 'strict: takes the highest that waits, always (M3)',
    check(create) {
      expect(classes(create, 'strict', 3)).toBe('ccchhhnnnlll');
      const box = create({ capacity: 99, fairness: 'strict' });
      box.attach();
      for (const [message, priority] of [[0, 'low'], [1, 'low'], [2, 'high'], [3, 'critical']] as const) box.offer(message, priority);
      box.finish();
      box.offer(4, 'critical');
      finishAll(box);
      expect(box.handed).toEqual([0, 3, 4, 2, 1]);
    },
  },
  {
    name: 'drains a long queue flat (M7)',
    check(create) {
      const box = create({ capacity: 20_000, concurrency: 1 });
      for (let message = 0; message < 20_000; message++) box.offer(message);
      box.attach(() => box.finish());
      finishAll(box);
      expect(box.handed).toHaveLength(20_000);
    },
  },
];
