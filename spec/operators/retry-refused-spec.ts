import { type FailureCode, Mailbox, SendError, actorId } from 'rx-broker';
import { retryRefused } from 'rx-broker/operators';
import { type Observable, NEVER, VirtualTimeScheduler, defer, of, throwError, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setup, virtually, watchFor } from '../broker/setup';

const id = actorId<any>('actor');
const other = actorId<any>('other');

/** A stream that fails so often, and then emits; and how often it was subscribed to. */
function failing(error: unknown, times = 1) {
  const tries = { count: 0 };
  const stream: Observable<string> = defer(() => (++tries.count <= times ? throwError(() => error) : of('reply')));
  return { tries, stream };
}

const refusal = (code: FailureCode, actor: string = id, started = false): SendError => new SendError(code, { actorId: actor, started });

describe('retryRefused', () => {
  it('sends again what an actor refused, after a delay', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const seen = watchFor(broker.send(id, 'hello').pipe(retryRefused(id, { count: 3, delay: 100 })));
      at(150, () => broker.spawn(id, (text) => `${text}!`));
      at(199, () => expect(seen.values).toEqual([]));
      at(201, () => expect(seen).toMatchObject({ values: ['hello!'], completed: true }));
      at(500, () => expect(broker.metrics()).toMatchObject({ totalSent: 3, failedBy: { ActorNotFound: 2 } }));
    });
  });

  it('gives up after so many times, with the last refusal', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      broker.register(id, Mailbox.bounded(1));
      broker.trySend(id, 'in the way');
      const seen = watchFor(broker.send(id, 'hello').pipe(retryRefused(id, { count: 2, delay: 100 })));
      at(199, () => expect(seen.errored).toBe(false));
      at(201, () => expect(seen.error).toMatchObject({ code: 'MailboxFull' }));
      at(500, () => expect(broker.metrics().totalSent).toBe(4));
    });
  });

  it('is cold: nothing is sent before it is subscribed to, and every subscriber has all the tries', () => {
    virtually(({ at }) => {
      const { tries, stream } = failing(refusal('MailboxFull'), 9);
      const retried$ = stream.pipe(retryRefused(id, { count: 2 }));
      expect(tries.count).toBe(0);
      const seen = [watchFor(retried$), watchFor(retried$)];
      at(1, () => expect([tries.count, seen.map(({ errored }) => errored)]).toEqual([6, [true, true]]));
    });
  });

  it('retries never on the stack of the refusal, also without a delay', () => {
    virtually(({ at }) => {
      const { tries, stream } = failing(refusal('MailboxFull'));
      const seen = watchFor(stream.pipe(retryRefused(id, { count: 1 })));
      expect([tries.count, seen.values]).toEqual([1, []]);
      at(1, () => expect(seen.values).toEqual(['reply']));
    });
  });

  it('takes its time from a scheduler', () => {
    const scheduler = new VirtualTimeScheduler();
    const { stream } = failing(refusal('Dropped'));
    const seen = watchFor(stream.pipe(retryRefused(id, { count: 1, delay: 50, scheduler })));
    scheduler.flush();
    expect([seen.values, scheduler.frame]).toEqual([['reply'], 50]);
  });

  it('is cancelled while it waits, and while it is asked again', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      const { subscription } = watchFor(broker.send(id, 0).pipe(retryRefused(id, { count: 9, delay: 100 })));
      const second = watchFor(broker.send(other, 0).pipe(retryRefused(other, { count: 9, delay: 100 })));
      at(50, () => {
        subscription.unsubscribe();
        broker.spawn(other, () => NEVER);
      });
      at(150, () => second.subscription.unsubscribe());
      at(500, () => expect(broker.metrics()).toMatchObject({ totalSent: 3, totalAborted: 1, openRequests: 0 }));
    });
  });

  it.each(['ActorNotFound', 'ActorStopped', 'MailboxFull', 'Timeout', 'Dropped', 'Expired', 'Unhandled', 'NodeUnavailable'] as const)('retries %s', (code) => {
    virtually(({ at }) => {
      const seen = watchFor(failing(refusal(code)).stream.pipe(retryRefused(id, { count: 1 })));
      at(1, () => expect(seen.values).toEqual(['reply']));
    });
  });

  it.each<[string, unknown]>([
    ['BrokerClosed', refusal('BrokerClosed')],
    ['Deadlock', refusal('Deadlock')],
    ['Rejected', refusal('Rejected')],
    ['a message that a handler may have seen', refusal('Timeout', id, true)],
    ['a message that a handler may have seen, over a wire', Object.assign(refusal('Timeout'), { started: 'unknown' })],
    ['the refusal of another actor, whom the handler asked', refusal('MailboxFull', other)],
    ["a handler's own error", new Error('mine')],
    ['an error that looks like a refusal', { name: 'SendError', code: 'MailboxFull', actorId: id, started: false }],
  ])('passes %s on at once', (_, error) => {
    const { tries, stream } = failing(error);
    expect(watchFor(stream.pipe(retryRefused(id, { count: 5 }))).error).toBe(error);
    expect(tries.count).toBe(1);
  });

  it('retries the codes it is given, and no others', () => {
    virtually(({ at }) => {
      const retried = (code: FailureCode) => watchFor(failing(refusal(code)).stream.pipe(retryRefused(id, { count: 1, codes: ['BrokerClosed', 'Timeout'] })));
      const [closed, timedOut, full] = [retried('BrokerClosed'), retried('Timeout'), retried('MailboxFull')];
      at(1, () => expect([closed.values, timedOut.values, full.error]).toEqual([['reply'], ['reply'], refusal('MailboxFull')]));
    });
  });

  it('leaves what came before a refusal, and repeats no stream that was served', () => {
    virtually(({ at }) => {
      const { broker } = setup();
      broker.spawn(id, () => timer(10, 10), { turnTimeout: 35 });
      const seen = watchFor(broker.send(id, 0).pipe(retryRefused(id, { count: 5 })));
      at(100, () => expect(seen).toMatchObject({ values: [0, 1, 2], error: { code: 'Timeout', started: true } }));
    });
  });

  it('throws at the call for bad arguments, and says what is allowed', () => {
    const make = retryRefused as any;
    expect(() => make('', { count: 1 })).toThrow(new TypeError("an actor id must be a non-empty string, got ''"));
    expect(() => make(id)).toThrow(new TypeError('options must be { count, … }, got undefined'));
    expect(() => make(id, { count: 1, delai: 5 })).toThrow(/unknown option 'delai', did you mean 'delay'\?/);
    expect(() => make(id, {})).toThrow(new RangeError('count must be an integer of at least 1, or Infinity, got undefined'));
    expect(() => make(id, { count: 1, codes: 'Timeout' })).toThrow(new TypeError("codes must be an array of failure codes, got 'Timeout'"));
    expect(() => make(id, { count: 1, codes: ['Late'] })).toThrow(/a code of codes must be one of 'ActorNotFound', .*, got 'Late'/);
  });
});
