import fc from 'fast-check';
import { type Delivery, Mailbox, type MailboxMetrics } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { virtually } from '../broker/setup';

type Step = 'next' | 'settle' | 'fail' | 'leave' | 'take' | 'close';

const steps = fc.array(
  fc.oneof(
    { weight: 8, arbitrary: fc.constant<Step>('next') },
    { weight: 4, arbitrary: fc.constantFrom<Step>('settle', 'fail') },
    { weight: 2, arbitrary: fc.constantFrom<Step>('take', 'leave') },
    { weight: 1, arbitrary: fc.constant<Step>('close') },
  ),
  { maxLength: 60 },
);

describe('Mailbox.metrics', () => {
  it.each(['fail', 'block', 'drop-oldest', 'drop-newest'] as const)('adds up after every step of any script, with %s (M2, M6)', (overflow) => {
    // In virtual time, or a pause of the machine would make a drain give way (D4).
    virtually(() => fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), (script, capacity, concurrency) => {
        const mailbox = Mailbox.bounded<number>(capacity, { overflow, concurrency });
        const open: Delivery<number>[] = [];
        const kept: number[] = [];
        const lost: number[] = [];
        let evicted = 0;
        let pressure = -1;
        let sent = 0;
        let before: MailboxMetrics = mailbox.metrics();
        let seat = mailbox.deliveries$.subscribe((delivery) => (open.push(delivery), kept.push(delivery.message)));
        let isOver = false;
        mailbox.losses$.subscribe({
          next: ({ message, code }) => {
            lost.push(message);
            // What drop-oldest throws out had been accepted; a newcomer that is refused never was.
            if (code === 'Dropped' && overflow === 'drop-oldest') evicted++;
          },
          complete: () => (isOver = true),
        });
        mailbox.pressure$.subscribe((level) => (pressure = level));
        const run: Record<Step, () => void> = {
          next: () => {
            // Closed and drained: its streams are complete, only the count goes on.
            if (isOver) lost.push(sent);
            mailbox.next(sent++);
          },
          settle: () => open.shift()?.complete(),
          fail: () => open.shift()?.fail('no'),
          leave: () => {
            open.length = 0;
            seat.unsubscribe();
          },
          take: () => {
            if (seat.closed) seat = mailbox.deliveries$.subscribe((delivery) => (open.push(delivery), kept.push(delivery.message)));
          },
          close: () => mailbox.close(),
        };
        for (const step of script) {
          run[step]();
          const now = mailbox.metrics();
          expect(sent).toBe(kept.length + lost.length + now.size);
          expect(now).toMatchObject({ delivered: kept.length, lost: lost.length, inFlight: open.length, size: mailbox.size });
          expect(now.accepted).toBe(now.delivered + now.size + evicted);
          expect(now.highWaterMark).toBeGreaterThanOrEqual(Math.max(before.highWaterMark, now.size));
          expect(now.highWaterMark).toBeLessThanOrEqual(capacity);
          expect(now.inFlight).toBeLessThanOrEqual(concurrency);
          expect(pressure).toBe(now.size / capacity);
          expect(kept).toEqual([...kept].sort((a, b) => a - b));
          before = now;
        }
      }),
      { seed: 20_26, numRuns: 200 },
    ));
  });
});
