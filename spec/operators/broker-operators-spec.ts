import { InMemoryMessageBroker, Mailbox, Message, actorId, message, protocol } from 'rx-broker';
import { ofMessage, publishTo, requestFrom, sendTo } from 'rx-broker/operators';
import { EMPTY, NEVER, Subject, of, throwError } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';

const id = actorId<any>('actor');
const quiet = (): InMemoryMessageBroker => new InMemoryMessageBroker({ logDeadLetters: false });

describe('ofMessage', () => {
  const Door = protocol('door', { open: message<{ by: string }>(), shut: message() });
  class Knock extends Message {
    readonly times = 2;
  }

  it('lets through messages of a creator, and of a class', () => {
    const source = new Subject<unknown>();
    const opened = watchFor(source.pipe(ofMessage(Door.open)));
    const both = watchFor(source.pipe(ofMessage(Door.shut, Knock)));
    const knock = new Knock();
    for (const one of [Door.open({ by: 'me' }), Door.shut(), knock, null, 5, undefined, { type: 'other' }]) source.next(one);
    source.complete();
    expect(opened.values).toEqual([Door.open({ by: 'me' })]);
    expect(both.values).toEqual([Door.shut(), knock]);
    expect(opened.completed).toBe(true);
  });

  it('knows the instances of a class that has a static type', () => {
    class Deposit {
      static readonly type = '[Account] Deposit';
      constructor(readonly amount: number) {}
    }
    const mine = new Deposit(5);
    expect(watchFor(of(mine, Door.shut()).pipe(ofMessage(Deposit))).values).toEqual([mine]);
    const plain = { type: Deposit.type };
    expect(watchFor(of(mine, plain, Door.shut()).pipe(ofMessage(Door.open, Deposit))).values).toEqual([mine, plain]);
  });

  it('passes errors', () => {
    expect(watchFor(throwError(() => 'no').pipe(ofMessage(Door.open))).error).toBe('no');
  });

  it('throws for anything else', () => {
    const make = ofMessage as any;
    expect(() => make()).toThrow(/at least one/);
    expect(() => make(5)).toThrow(/got 5/);
    expect(() => make(() => {})).toThrow(/got a function/);
  });
});

describe('requestFrom', () => {
  it('turns every value into its reply, in order', () => {
    const broker = quiet();
    broker.spawn(id, (n: number) => n * 2);
    const seen = watchFor(of(1, 2, 3).pipe(requestFrom(broker, id, { capacity: 3 })));
    expect(seen.values).toEqual([2, 4, 6]);
    expect(seen.completed).toBe(true);
  });

  it('ends with the failure by default', () => {
    const broker = quiet();
    const seen = watchFor(of(1, 2).pipe(requestFrom(broker, id, { capacity: 2 })));
    expect(seen.error).toMatchObject({ code: 'ActorNotFound' });
    expect(broker.metrics().totalSent).toBe(1);
  });

  it('skips, replaces or ends, as onError says', () => {
    const broker = quiet();
    const odd = new Error('odd');
    broker.spawn(id, (n: number) => {
      if (n % 2 === 1) throw odd;
      return n;
    });
    const run = (onError: (error: unknown, message: number) => any) => watchFor(of(0, 1, 2).pipe(requestFrom(broker, id, { capacity: 3, onError })));
    expect(run(() => EMPTY).values).toEqual([0, 2]);
    expect(run((error, n) => of([error, n])).values).toEqual([0, [odd, 1], 2]);
    const other = new Error('other');
    expect(run(() => { throw other; }).error).toBe(other);
  });

  it('holds back what is over its concurrency, and cancels what is open', () => {
    const broker = quiet();
    broker.spawn(id, () => NEVER, { concurrency: 9 });
    const source = new Subject<number>();
    const lost: number[] = [];
    const options = { capacity: 1, concurrency: 2, overflow: 'drop-newest', onOverflow: (n: number) => lost.push(n), priority: 'high', timeout: 50_000 } as const;
    const { subscription } = watchFor(source.pipe(requestFrom(broker, id, options)));
    for (const n of [1, 2, 3, 4]) source.next(n);
    expect(broker.metrics()).toMatchObject({ inFlight: 2, totalSent: 2 });
    expect(lost).toEqual([4]);
    subscription.unsubscribe();
    expect(broker.metrics()).toMatchObject({ inFlight: 0, totalAborted: 2 });
  });

  it('throws at the call for bad input', () => {
    const make = requestFrom as any;
    expect(() => make(quiet(), '', { capacity: 1 })).toThrow(/actor id/);
    expect(() => make(quiet(), id)).toThrow(/options must be \{ capacity, … \}, got undefined/);
    expect(() => make(quiet(), id, null)).toThrow(/got null/);
    expect(() => make(quiet(), id, {})).toThrow(/capacity/);
    expect(() => make(quiet(), id, { capacity: 1, onError: 5 })).toThrow(/onError must be a function/);
  });
});

it.each([undefined, null, 5, {}, 'broker'])('throw at the call for a bad broker: %s', (none) => {
  const broker = none as never;
  const made = [() => requestFrom(broker, id, { capacity: 1 }), () => sendTo(broker, id), () => publishTo(broker, 'a')];
  expect(made.map((make) => expect(make).toThrow(/^broker must have (send|trySend|publish)\(\), as a MessageBroker has, got /))).toHaveLength(3);
});

describe('sendTo', () => {
  it('tells every value and passes it on, also if it is refused', () => {
    const broker = quiet();
    const mailbox = Mailbox.bounded<number>(1);
    broker.register(id, mailbox);
    const seen = watchFor(of(1, 2, 3).pipe(sendTo(broker, id, { priority: 'high' })));
    expect(seen.values).toEqual([1, 2, 3]);
    expect(seen.completed).toBe(true);
    expect(broker.metrics()).toMatchObject({ pending: 1, failedBy: { MailboxFull: 2 } });
    expect(() => sendTo(broker, '' as never)).toThrow(TypeError);
    expect(() => sendTo(broker, id, { priority: 'top' as never })).toThrow(/priority/);
    expect(() => requestFrom(broker, id, { capacity: 1, timeout: -1 })).toThrow(/timeout/);
  });
});

describe('publishTo', () => {
  it('publishes every value and passes it on', () => {
    const broker = quiet();
    const published = watchFor(broker.publications$('a.*'));
    const seen = watchFor(of(1, 2).pipe(publishTo(broker, 'a.b', { retain: true })));
    of(3).pipe(publishTo(broker, { topic: 'a.c', priority: 'high' })).subscribe();
    expect(seen.values).toEqual([1, 2]);
    expect(published.values).toMatchObject([
      { topic: 'a.b', message: 1 },
      { topic: 'a.b', message: 2 },
      { topic: 'a.c', message: 3 },
    ]);
    expect(broker.retained('a.b')).toBe(2);
    expect(() => publishTo(broker, 'a.*')).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
    expect(() => publishTo(broker, null as never)).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
    expect(() => publishTo(broker, { topic: 'a', priority: 999 })).toThrow(/0 to 255/);
    expect(() => publishTo(broker, 'a', 5 as never)).toThrow(/options/);
    expect(() => publishTo(broker, { topic: '' })).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
  });
});
