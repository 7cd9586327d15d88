import { InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, type Subscription } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { expectConserved } from '../broker/setup';
import { JumpingClock } from '../hostile/jumping-clock';
import { numbers, shuffle } from '../hostile/random-order';
import { heap } from './garbage';

const COUNT = 100_000;
/** Bytes. Ten for each request: whatever is kept of one, it is more. */
const NOTHING = 1_000_000;
const RUNNING = actorId<any>('running');
const QUEUED = actorId<any>('queued');
const WAITING = actorId<any>('waiting');

/** A broker with an actor for each state that a request can be cancelled in. */
function scene(): { broker: InMemoryMessageBroker; clock: JumpingClock } {
  const clock = new JumpingClock();
  const broker = new InMemoryMessageBroker({ scheduler: clock, logDeadLetters: false });
  broker.spawn(RUNNING, () => NEVER, { concurrency: COUNT });
  broker.register(QUEUED, Mailbox.bounded(COUNT));
  broker.register(WAITING, Mailbox.bounded(1, { overflow: 'block', maxWaiting: COUNT }));
  return { broker, clock };
}

function askAndCancel(broker: InMemoryMessageBroker, next: (below: number) => number, signal: AbortSignal): void {
  const asks: Subscription[] = [];
  for (let i = 0; i < COUNT; i++) {
    const id = [RUNNING, QUEUED, WAITING][i % 3]!;
    asks.push(broker.send(id, { i }, { timeout: 60_000 + next(1_000), signal }).subscribe({ error: () => {} }));
  }
  expect(broker.metrics().openRequests).toBe(COUNT);
  for (const ask of shuffle(asks, next)) ask.unsubscribe();
}

describe(`${COUNT.toLocaleString('en')} requests that are cancelled in random order`, () => {
  it('leave no memory and no timer behind, while their actors and the signal they share live on (S3, S4)', () => {
    const { broker, clock } = scene();
    const next = numbers(3);
    const { signal } = new AbortController();
    askAndCancel(broker, next, signal);
    const before = heap();
    askAndCancel(broker, next, signal);
    expect(heap() - before).toBeLessThan(NOTHING);
    expect(broker.metrics()).toMatchObject({ totalSent: 2 * COUNT, pending: 0, inFlight: 0, openRequests: 0, totalDeadLettered: 0 });
    expectConserved(broker.metrics());
    expect(clock.open).toBe(0);
  });
});
