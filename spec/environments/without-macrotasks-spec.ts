import { InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { firstValueFrom } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];

/** What an environment has made of what runs macrotasks: `undefined` takes it away. */
const ENVIRONMENTS: Record<string, Record<string, unknown>> = {
  'setImmediate is missing': { setImmediate: undefined },
  'setImmediate and MessageChannel are missing': { setImmediate: undefined, MessageChannel: undefined },
  'setImmediate throws': { setImmediate: refuse },
  'setImmediate and MessageChannel throw': { setImmediate: refuse, MessageChannel: refuse },
  'setImmediate is never called': { setImmediate: () => undefined },
  'setTimeout is never called, and the others are missing': { setImmediate: undefined, MessageChannel: undefined, setTimeout: () => undefined },
  'Zone is something else': { setImmediate: undefined, Zone: {} },
  'Zone can do nothing': { setImmediate: undefined, Zone: { current: {}, root: {} } },
  'all of them throw': { setImmediate: refuse, MessageChannel: refuse, setTimeout: refuse },
};

function refuse(): never {
  throw new Error('not here');
}

/** Takes a millisecond and more of the real time, so that drains have to give way. */
function work(): void {
  const end = performance.now() + 1.5;
  while (performance.now() < end);
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe.each(Object.entries(ENVIRONMENTS))('where %s', (_, globals) => {
  it('40 asks of an async actor get their replies, later sends run, and the broker closes (D4)', async () => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const broker = new InMemoryMessageBroker({ requestTimeout: Infinity });
    broker.spawn(id, async (n: number) => {
      work();
      return n;
    });
    const numbers = Array.from({ length: 40 }, (_, n) => n);
    expect(await Promise.all(numbers.map((n) => firstValueFrom(broker.send(id, n))))).toEqual(numbers);
    expect(await firstValueFrom(broker.send(id, 'later'))).toBe('later');
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 41, pending: 0, inFlight: 0, openRequests: 0 });
    await broker.close({ timeout: Infinity });
  });

  it('actors that ping-pong on one stack reach their end (D4)', async () => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const broker = new InMemoryMessageBroker();
    let isOver!: () => void;
    const over = new Promise<void>((resolve) => (isOver = resolve));
    for (const [self, next] of [[id, other], [other, id]] as const) {
      broker.spawn(self, (left: number) => {
        work();
        if (left > 0) broker.trySend(next, left - 1);
        else isOver();
      });
    }
    broker.trySend(id, 20);
    await over;
    expect(broker.metrics()).toMatchObject({ totalSucceeded: 21, pending: 0, inFlight: 0 });
    await broker.close({ timeout: Infinity });
  });

  it('a mailbox without a broker drains (M6)', async () => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const mailbox = Mailbox.bounded<number>(40);
    for (let n = 0; n < 20; n++) mailbox.next(n);
    mailbox.close();
    await new Promise<void>((resolve) => {
      mailbox.losses$.subscribe({ complete: resolve });
      mailbox.receive(work);
    });
    expect(mailbox.metrics()).toMatchObject({ delivered: 20, size: 0, inFlight: 0 });
  });
});
