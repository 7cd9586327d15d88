import fc from 'fast-check';
import { expect } from 'vitest';
import { expectAtMost, expectSame } from '../../expect-same';
import type { Law } from '../law';
import { type AskUnderLaw, type CreateMailbox, FAIRNESSES, type MailboxUnderLaw, OVERFLOWS, PRIORITIES, finishAll } from './mailbox-under-law';

type Step =
  | { readonly do: 'offer'; readonly lane: number }
  | { readonly do: 'ask'; readonly lane: number }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'finish' | 'close' | 'pause' | 'resume' | 'clear' };

const lane = fc.nat(3);
const scripts: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof<fc.MaybeWeightedArbitrary<Step>[]>(
    { weight: 4, arbitrary: fc.record({ do: fc.constant('offer' as const), lane }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('ask' as const), lane }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(60) }) },
    { weight: 5, arbitrary: fc.constant({ do: 'finish' as const }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('pause' as const, 'resume' as const, 'resume' as const, 'clear' as const) }) },
    { weight: 1, arbitrary: fc.constant({ do: 'close' as const }) },
  ),
  { maxLength: 60 },
);

/** The records of one run: the messages that were sent, and their outcomes. */
class Books {
  readonly lanes: number[] = [];
  readonly asks = new Map<number, AskUnderLaw>();
  readonly cancelled = new Set<number>();
  readonly refused: number[] = [];
  /** The last value of `idle$`. */
  isIdle = true;

  take(box: MailboxUnderLaw, step: Step): void {
    if ('lane' in step) this.send(box, step.do, step.lane);
    else if (step.do === 'cancel') this.#cancel(step.which);
    else if (step.do === 'finish') box.finish();
    else box.mailbox[step.do]();
  }

  send(box: MailboxUnderLaw, how: 'offer' | 'ask', inLane: number): void {
    const message = this.lanes.push(inLane) - 1;
    if (how === 'ask') this.asks.set(message, box.ask(message, PRIORITIES[inLane]));
    else if (box.offer(message, PRIORITIES[inLane]) !== undefined) this.refused.push(message);
  }

  #cancel(which: number): void {
    const open = [...this.asks].filter(([message, ask]) => ask.outcomes.length === 0 && !this.cancelled.has(message));
    if (open.length === 0) return;
    const [message, ask] = open[which % open.length]!;
    this.cancelled.add(message);
    ask.cancel();
  }
}

/** Checks the bounds that hold at every instant. */
function checkBounds(box: MailboxUnderLaw, books: Books, settings: { capacity: number; concurrency: number }): void {
  const { size, inFlight, accepted, delivered, lost, highWaterMark } = box.mailbox.metrics();
  expectAtMost(size, settings.capacity, 'size');
  expectAtMost(highWaterMark, settings.capacity, 'highWaterMark');
  expectAtMost(inFlight, settings.concurrency, 'inFlight');
  // Messages are queued only while every seat is taken, or while it is paused.
  if (inFlight < settings.concurrency && !box.mailbox.isPaused) expectSame(size, 0, 'size');
  expectSame(books.isIdle, size === 0 && inFlight === 0, 'idle$');
  expectSame(delivered, box.handed.length, 'delivered');
  expectSame(lost, box.losses.length, 'lost');
  expectAtMost(delivered + size, accepted, 'delivered + size');
  expectSame(box.mailbox.size, size, 'size');
  expectSame(box.mailbox.isFull, size === settings.capacity, 'isFull');
  for (const [message, ask] of books.asks) expectAtMost(ask.outcomes.length, books.cancelled.has(message) ? 0 : 1, `outcomes of ${message}`);
}

/** Checks at the end of a run that each message had one end. */
function checkEnds(box: MailboxUnderLaw, books: Books): void {
  const lost = box.losses.map(({ message }) => message);
  for (const message of books.lanes.keys()) {
    const handed = box.handed.filter((one) => one === message).length;
    const losses = lost.filter((one) => one === message).length;
    const goneQuietly = handed === 0 && books.cancelled.has(message) ? 1 : 0;
    expectSame(handed + losses + goneQuietly, 1, `ends of ${message}`);
    const ask = books.asks.get(message);
    if (ask === undefined) continue;
    const expected = books.cancelled.has(message) ? [] : [losses === 1 ? expect.not.stringMatching('answered') : 'answered'];
    expect(ask.outcomes, `outcomes of ${message}`).toEqual(expected);
  }
  for (const message of books.refused) expect(lost).toContain(message);
  for (const inLane of [0, 1, 2, 3]) {
    const handed = box.handed.filter((message) => books.lanes[message] === inLane);
    expect(handed, 'FIFO').toEqual([...handed].sort((a, b) => a - b));
  }
}

/** The laws of conservation, which hold for every script. */
export const CONSERVATION_LAWS: readonly Law<CreateMailbox>[] = OVERFLOWS.flatMap((overflow) =>
  FAIRNESSES.map(
    (fairness): Law<CreateMailbox> => ({
      name: `${overflow}, ${fairness}: in a random run keeps its bounds, and brings every message to one end, told once (M1-M4, M6)`,
      check(create) {
        fc.assert(
          fc.property(scripts, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), fc.array(lane, { maxLength: 5 }), (script, capacity, concurrency, nested) => {
            const box = create({ capacity, concurrency, overflow, fairness });
            const books = new Books();
            box.mailbox.idle$.subscribe((isIdle) => (books.isIdle = isIdle));
            const reactions = [...nested];
            box.attach(() => {
              // Some turns send, from inside.
              const inLane = reactions.pop();
              if (inLane !== undefined) books.send(box, 'offer', inLane);
            });
            for (const step of script) {
              // The mailbox has ended, and `losses$` with it.
              if (box.mailbox.isClosed && box.mailbox.metrics().inFlight + box.mailbox.size === 0) break;
              books.take(box, step);
              checkBounds(box, books, { capacity, concurrency });
            }
            box.mailbox.resume();
            finishAll(box);
            checkEnds(box, books);
          }),
          { seed: 20_26, numRuns: 150 },
        );
      },
    }),
  ),
);
