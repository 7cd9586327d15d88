import { Mailbox, actorId, message, protocol } from 'rx-broker';
import { type BrokerMarbleHelpers, brokerMarbles } from 'rx-broker/testing';
import { EMPTY, NEVER, Subscriber, catchError, of, timer } from 'rxjs';
import { describe, expect, it } from 'vitest';

const RULE = 'a promise is real time: answer with a stream';
const id = actorId<any>('actor');
const marbles = brokerMarbles((actual, expected) => {
  expect(actual).toStrictEqual(expected);
});

type MarbleTest = (helpers: BrokerMarbleHelpers) => void;

function failureOf(test: MarbleTest): Error {
  try {
    marbles(test)();
  } catch (error) {
    return error as Error;
  }
  throw new Error('the test passed');
}

const placeOf = ({ message: text, stack = '' }: Error): string | undefined => /^\n\s*at (?:Object\.)?(\w+)/.exec(stack.slice(stack.indexOf(text) + text.length))?.[1];
const twice: MarbleTest = ({ broker, cold }) => void cold('a-b').subscribe((text) => broker.trySend(id, text));

describe('a handler that answers with a promise in a marble test', () => {
  it('fails a test in which a caller waits for its reply, at the line that spawned it', () => {
    const failure = failureOf(({ broker }) => {
      (function userLine() {
        broker.spawn(id, async () => 5);
      })();
      broker.send(id, 'x', { timeout: Infinity }).subscribe();
    });
    expect(failure.message).toBe(`${RULE}. The handler of 'actor' answered with a promise, and a caller waits for the reply`);
    expect(placeOf(failure)).toBe('userLine');
  });

  it('fails a test in which messages wait behind it, queued or for a place', () => {
    const failure = failureOf(({ broker }) => {
      const mailbox = Mailbox.bounded<any>(1, { overflow: 'block' });
      mailbox.receive(async () => 5);
      broker.register(id, mailbox);
      for (const message of ['runs', 'queued']) broker.trySend(id, message);
      broker.offer(id, 'waits', { timeout: Infinity }).subscribe();
    });
    expect(failure.message).toContain('and 2 messages wait behind it');
  });

  it('fails a test in which a message waits behind it, also if the turn was ended in its handler', () => {
    const failure = failureOf(({ broker }) => {
      const caller = new Subscriber<unknown>();
      broker.spawn(id, (message) => {
        if (message === 'asked') caller.unsubscribe();
        return Promise.resolve();
      });
      broker.send(id, 'asked', { timeout: Infinity }).subscribe(caller);
      broker.trySend(id, 'behind');
    });
    expect(failure.message).toContain('and a message waits behind it');
  });

  it('fails a test in which a caller has waited in vain, also where nobody catches the timeout', () => {
    const caught = failureOf(({ broker }) => {
      broker.spawn(id, () => Promise.resolve(5));
      broker.send(id, 'x').pipe(catchError(() => EMPTY)).subscribe();
    });
    expect(caught.message).toMatch(/^a promise is real time: answer with a stream.* its turn timed out/);
    expect(caught.message).toContain('NEVER');
    const uncaught = failureOf(({ broker }) => {
      broker.spawn(id, () => Promise.resolve(5));
      broker.send(id, 'x').subscribe();
    });
    expect(uncaught).toMatchObject({ message: caught.message, cause: { name: 'SendError', code: 'Timeout' } });
  });

  it('fails a test in which a message waits behind it', () => {
    expect(failureOf((helpers) => {
      helpers.broker.spawn(id, async () => {});
      twice(helpers);
      helpers.expectDeliveries(id).toBe('a');
    }).message).toMatch(/^a promise is real time.* a message waits behind it$/);
  });

  it('is named below the marbles that differ for it', () => {
    const failure = failureOf((helpers) => {
      (function userLine() {
        helpers.broker.spawn(id, async () => {});
      })();
      twice(helpers);
      helpers.expectDeliveries(id).toBe('a-b');
    });
    expect(failure.message).toContain('  expected  a-b\n  seen      a--\n');
    expect(failure.message).toMatch(/a promise is real time: answer with a stream\. .*'actor'.*\(registered at .*userLine.*real-promises-spec/);
  });

  describe('passes where nobody waits for it', () => {
    it.each<[string, MarbleTest]>([
      ['of messages that were told', ({ broker, expectDeliveries, cold }) => {
        broker.spawn(id, async () => 5);
        cold('a').subscribe((text) => broker.trySend(id, text));
        expectDeliveries(id).toBe('a');
      }],
      ['with free turns', (helpers) => {
        helpers.broker.spawn(id, async () => 5, { concurrency: 2 });
        twice(helpers);
        helpers.expectDeliveries(id).toBe('a-b');
      }],
      ['of a caller that has cancelled', ({ broker, expectObservable }) => {
        broker.spawn(id, async () => 5);
        expectObservable(broker.send(id, 'x'), '^-!').toBe('');
      }],
      ['of an actor that was unregistered', (helpers) => {
        helpers.broker.spawn(id, async () => 5);
        helpers.cold('----x').subscribe(() => helpers.broker.unregister(id));
        twice(helpers);
        helpers.expectDeadLetters().toBe('----(xx)', { x: 'ActorNotFound' });
      }],
      ['of `ready` and `close`, which tests await outside', ({ broker, cold, expectDeliveries }) => {
        void broker.spawn(id, () => of(5)).ready;
        cold('--x').subscribe(() => void broker.close());
        expectDeliveries(id).toBe('--|');
      }],
    ])('%s', (_what, test) => {
      expect(marbles(test)).not.toThrow();
    });
  });

  it('does not mind a stream that takes its time', () => {
    expect(marbles((helpers) => {
      helpers.broker.spawn(id, () => NEVER);
      twice(helpers);
      helpers.broker.send(id, 'x').pipe(catchError(() => EMPTY)).subscribe();
    })).not.toThrow();
  });

  it('fails in every form of a handler, each called as it is', () => {
    class Counter {
      #count = 0;
      started = '';
      onStart(): void {
        this.started += 'started';
      }
      async receive(): Promise<number> {
        return ++this.#count;
      }
    }
    const Door = protocol('door', { open: message<object, number>() });
    const handlers = Object.freeze({
      count: 0,
      async open() {
        expect(this).toBe(handlers);
        return 1;
      },
    });
    const counter = new Counter();
    const forms: ((helpers: BrokerMarbleHelpers) => void)[] = [
      ({ broker }) => broker.spawn(id, counter),
      ({ broker }) => broker.spawn(id, Door, handlers),
      ({ broker }) => {
        const mailbox = Mailbox.bounded<any>(9);
        broker.register(id, mailbox);
        mailbox.receive(async () => 5);
      },
      ({ broker }) => {
        const outer = actorId<any>('outer');
        broker.spawn(outer, (_, context) => void context.broker.spawn(id, async () => 5));
        broker.trySend(outer, 'spawn');
      },
    ];
    for (const form of forms) {
      const failure = failureOf((helpers) => {
        form(helpers);
        helpers.broker.send(id, { type: Door.open.type }).subscribe();
      });
      expect(failure.message).toContain(RULE);
    }
    expect(counter.started).toBe('started');
  });

  it('is missed as everywhere if it is missing, or no handler', () => {
    const Text = protocol('text', { toString: message() });
    marbles(({ broker, expectDeadLetters }) => {
      expectDeadLetters().toBe('x', { x: 'Unhandled' });
      broker.spawn(id, Text, {});
      broker.trySend(id, { type: Text.toString.type });
    })();
    expect(failureOf(({ broker }) => broker.spawn(id, 5 as never)).message).toMatch(/^a handler must be a function/);
  });

  it('fails a test in which a message waits for the promise of onStart', () => {
    const failure = failureOf((helpers) => {
      helpers.broker.spawn(id, { onStart: async () => {}, receive: () => timer(1) });
      twice(helpers);
    });
    expect(failure.message).toBe("a promise is real time: in a marble test onStart returns none. That of 'actor' did, and 2 messages wait behind it");
    expect(marbles(({ broker }) => void broker.spawn(id, { onStart: async () => {}, receive: () => timer(1) }))).not.toThrow();
  });
});
