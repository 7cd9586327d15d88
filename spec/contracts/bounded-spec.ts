import { type Delivery, Mailbox } from 'rx-broker';
import { type Held, boundedBuffer } from 'rx-broker/operators';
import { Subject } from 'rxjs';
import { describe } from 'vitest';
import { BOUNDED_LAWS, type BoundedFlow, type BoundedOverflow, type CreateFlow, boundedLaws } from './bounded-laws';
import { lawsFindFlaws } from './broken/flaw';

function mailbox(capacity: number, overflow: BoundedOverflow, concurrency: number): BoundedFlow {
  const box = Mailbox.bounded<number>(capacity, { overflow, concurrency });
  const open: Delivery<number>[] = [];
  const flow = flowOf(box, () => open.shift()?.reply(), () => box.close());
  // A stream that overflows errors, and is over. A mailbox goes on, so its later losses are left out.
  const hasFailed = (): boolean => overflow === 'fail' && flow.lost.length > 0;
  box.losses$.subscribe(({ message, code }) => {
    // A subject that has completed ignores a value. A closed mailbox tells a loss, which is left out.
    if (code !== 'ActorStopped' && !hasFailed()) flow.lost.push(message);
  });
  box.deliveries$.subscribe({
    next: (delivery) => {
      if (hasFailed()) return;
      open.push(delivery);
      flow.out.push(delivery.message);
      flow.onValue?.(delivery.message);
    },
    complete: () => (flow.isOver = true),
  });
  return flow;
}

function operator(capacity: number, overflow: BoundedOverflow, concurrency: number): BoundedFlow {
  const source = new Subject<number>();
  const open: Held<number>[] = [];
  const input = {
    next: (value: number): void => {
      last = value;
      source.next(value);
    },
  };
  const flow = flowOf(input, () => open.shift()?.release(), () => source.complete());
  let last = -1;
  source.pipe(boundedBuffer(capacity, { overflow: overflow, concurrency, onOverflow: (value) => flow.lost.push(value) })).subscribe({
    next: (held) => {
      open.push(held);
      flow.out.push(held.value);
      flow.onValue?.(held.value);
    },
    // The error does not carry the value, but it is the one that was just pushed.
    error: () => flow.lost.push(last),
    complete: () => (flow.isOver = true),
  });
  return flow;
}

function flowOf(input: { next(value: number): void }, release: () => void, close: () => void) {
  return {
    push: (value: number) => input.next(value),
    release,
    close,
    onValue: undefined as ((value: number) => void) | undefined,
    out: [] as number[],
    lost: [] as number[],
    isOver: false,
  };
}

describe('a mailbox and boundedBuffer', () => {
  boundedLaws('Mailbox = boundedBuffer', mailbox, operator);
});

/** A flow that lets out `change` of each value. */
const flawed =
  (change: (value: number) => number): CreateFlow =>
  (...settings) => {
    const flow = operator(...settings);
    const push = flow.push.bind(flow);
    flow.push = (value) => push(change(value));
    return flow;
  };

describe('the law of one bounded buffer', () => {
  lawsFindFlaws(BOUNDED_LAWS, [
    { flaw: 'takes one too many', breaks: ['fail', 'drop-oldest', 'drop-newest'], subject: [operator, (capacity, ...more) => operator(capacity + 1, ...more)] },
    { flaw: 'loses the other end', breaks: ['drop-oldest'], subject: [operator, (capacity, _overflow, concurrency) => operator(capacity, 'drop-newest', concurrency)] },
    { flaw: 'hands out one too many', breaks: ['fail'], subject: [operator, (capacity, overflow, concurrency) => operator(capacity, overflow, concurrency + 1)] },
    { flaw: 'changes a value', breaks: ['drop-newest'], subject: [operator, flawed((value) => Math.min(value, 999))] },
  ]);
});
