import { Mailbox, actorId } from 'rx-broker';
import { type BrokerMarbleHelpers, brokerMarbles } from 'rx-broker/testing';
import { NEVER, of, throwError, timer } from 'rxjs';
import { assert, describe, expect, it } from 'vitest';

type Equality = Parameters<typeof brokerMarbles>[0];

const id = actorId<any>('actor');
const strictly: Equality = (actual, expected) => {
  expect(actual).toStrictEqual(expected);
};
const equalities: Record<string, Equality> = {
  vitest: strictly,
  chai: assert.deepEqual,
  'a predicate': (actual, expected) => JSON.stringify(actual) === JSON.stringify(expected),
};
// Browsers have no node:assert.
if (!('document' in globalThis)) equalities['node:assert'] = (await import('node:assert')).deepStrictEqual;

/** What a test fails with. */
function failureOf(test: (helpers: BrokerMarbleHelpers) => void, equality: Equality = strictly): Error {
  const run = brokerMarbles(equality)(test);
  try {
    run();
  } catch (error) {
    return error as Error;
  }
  throw new Error('the test passed');
}

/** The lines of a failure's message, below the first. */
function linesOf(test: (helpers: BrokerMarbleHelpers) => void): string[] {
  return failureOf(test).message.split('\n').slice(2);
}

/** The function that the first line of a stack is in. */
const placeOf = ({ message: text, stack = '' }: Error): string | undefined => /^\n\s*at (?:Object\.)?(\w+)/.exec(stack.slice(stack.indexOf(text) + text.length))?.[1];

describe('brokerMarbles', () => {
  describe.each(Object.entries(equalities))('when %s finds a difference', (_name, equality) => {
    const busy = ({ broker, cold, expectDeliveries }: BrokerMarbleHelpers): void => {
      broker.spawn(id, () => timer(3));
      cold('a-b-(cd|)', { a: { n: 1 }, b: { n: 2 }, c: { n: 3 }, d: 'd' }).subscribe((message) => broker.trySend(id, message));
      (function userLine() {
        expectDeliveries(id).toBe('a-bc', { a: { n: 1 }, b: { n: 2 }, c: { n: 4 } });
      })();
    };

    it('shows what was expected and what was seen as two marble lines', () => {
      expect(failureOf(busy, equality).message.split('\n')).toEqual([
        "expectDeliveries('actor'): other marbles were seen than expected",
        '',
        '  expected  a-bc------',
        '  seen      a--b--A--d',
        '              ^ frame 2',
        '',
        '  b = {"n":2}',
        '  c = {"n":4}',
        '  A = {"n":3}',
      ]);
    });

    it('points to the line that called toBe', () => {
      const failure = failureOf(busy, equality);
      expect(failure.stack).toContain(failure.message);
      expect(placeOf(failure)).toBe('userLine');
    });
  });

  it('keeps the error of the equality as its cause', () => {
    const { cause } = failureOf(({ expectDeadLetters }) => expectDeadLetters().toBe('a'));
    expect(cause).toMatchObject({ name: 'AssertionError', actual: [], expected: [{ frame: 0 }] });
    const fails = failureOf(({ expectDeadLetters }) => expectDeadLetters().toBe('a'), equalities['a predicate']);
    expect(fails).not.toHaveProperty('cause');
  });

  describe('when the lines differ', () => {
    it('gives the letters of the test to what equals their values by its own equality', () => {
      const some = { x: expect.objectContaining({ n: 1 }) as unknown, y: 'y', z: 'not drawn' };
      const lines = linesOf(({ cold, expectObservable }) => {
        expectObservable(cold<unknown>('-a-b-c', { a: { n: 1, m: 2 }, b: 'y', c: 'not drawn' })).toBe('-x-yx', some);
      });
      expect(lines).toEqual([
        '  expected  -x-yx-',
        '  seen      -x-y-z',
        '                ^ frame 4',
        '',
        expect.stringMatching(/^ {2}x = ObjectContaining \{.*"n":1/),
        '  z = "not drawn"',
      ]);
    });

    it('tells apart letters of one value by where they are expected', () => {
      const lines = linesOf(({ cold, expectObservable }) => expectObservable(cold('-a-a-a', { a: 1 })).toBe('-x-y-', { x: 1, y: 1 }));
      expect(lines.slice(0, 2)).toEqual(['  expected  -x-y--', '  seen      -x-y-x']);
    });

    it('shows groups, ends and errors, and both errors where they differ', () => {
      const ends = linesOf(({ expectObservable }) => expectObservable(of('a', 'b')).toBe('(ab)'));
      expect(ends).toEqual(['  expected  (ab)-', '  seen      (ab|)', '            ^ frame 0']);
      const errors = linesOf(({ cold, expectObservable }) => expectObservable(cold('a-#', undefined, new TypeError('no'))).toBe('a-#'));
      expect(errors).toEqual(['  expected  a-#', '  seen      a-#', '              ^ frame 2', '', '  # = "error" (expected)', '  # = TypeError: no (seen)']);
    });

    it('writes a long time as a time', () => {
      const lines = linesOf(({ broker, expectObservable }) => {
        broker.spawn(id, () => NEVER);
        expectObservable(broker.send(id, 'x')).toBe('--(a|)');
      });
      expect(lines.slice(0, 3)).toEqual(['  expected  --(a|)', '  seen      ------- 4993ms #', '              ^ frame 2']);
    });

    it('says when what came where no marble line can', () => {
      const lines = linesOf(({ broker, cold, expectDeliveries }) => {
        broker.spawn(id, () => {});
        cold('ab').subscribe((message) => [message, message].forEach((one) => broker.trySend(id, one)));
        expectDeliveries(id).toBe('');
      });
      expect(lines).toEqual(['  expected  nothing', '  seen      0ms (aa), 1ms (bb)', '', expect.stringContaining('No marble line can say this')]);
    });

    it('says so where they look the same', () => {
      const notTwo: Equality = (actual) => actual.length !== 2 && actual[0] !== 0;
      expect(failureOf(({ cold, expectObservable }) => expectObservable(cold('ab')).toBe('ab'), notTwo).message).toContain('The lines are the same');
    });

    it('compares with another stream, and shows subscriptions', () => {
      const streams = linesOf(({ cold, expectObservable }) => expectObservable(cold('a-b')).toEqual(cold('ab')));
      expect(streams.slice(0, 2)).toEqual(['  expected  ab-', '  seen      a-b']);
      const subscriptions = linesOf(({ cold, expectObservable, expectSubscriptions }) => {
        const source = cold('--a|');
        expectObservable(source).toBe('--a|');
        expectSubscriptions(source.subscriptions).toBe(['^---!', '-^-!']);
      });
      expect(subscriptions).toEqual(['  expected  ^---!', '  expected  -^-!', '  seen      ^--!']);
      const none = linesOf(({ cold, expectSubscriptions }) => expectSubscriptions(cold('a').subscriptions).toBe('^'));
      expect(none).toEqual(['  expected  ^', '  seen      no subscription']);
    });

    it('explains the expectation that failed, whichever flush compares it', () => {
      const failure = failureOf(({ cold, expectObservable, flush }) => {
        expectObservable(cold('a')).toBe('a');
        const late = expectObservable(cold('x'));
        flush();
        expectObservable(cold('b')).toBe('b');
        (function userLine() {
          late.toBe('y');
        })();
      });
      expect(failure.message).toContain('  expected  y\n  seen      x');
      expect(placeOf(failure)).toBe('userLine');
    });
  });

  describe('when an expectation is overlooked', () => {
    it('names a letter that has no value, where it is drawn', () => {
      const failure = failureOf(function userLine({ expectDeliveries }) {
        expectDeliveries(id).toBe('a-b|', { a: 1, one: 2 });
      });
      expect(failure.message).toBe("values has no 'b', which is a letter of 'a-b|'; it has 'a', 'one'");
      expect(placeOf(failure)).toBe('userLine');
      expect(linesOf(({ expectObservable }) => expectObservable(of(1)).toBe('(ab|)', { a: 1 }))).toContain("  b = undefined (values has no 'b')");
    });

    it('fails for one that never gets its marbles', () => {
      const failure = failureOf(function userLine({ expectDeliveries }) {
        expectDeliveries(id);
      });
      expect(failure.message).toBe("expectDeliveries('actor') compares nothing: call .toBe(marbles) on it");
      expect(placeOf(failure)).toBe('userLine');
    });

    it('says what was there before it looked, and that what it looks at does not end', () => {
      const early = failureOf(({ broker, expectDeliveries }) => {
        broker.spawn(id, () => {});
        broker.trySend(id, 'a');
        expectDeliveries(id).toBe('a|#', { a: 'a' });
      });
      expect(early.message).toContain('It sees what comes after its call; a message was delivered before');
      expect(early.message).toContain('It has no | unless its broker closes');
    });

    it('refuses what it cannot look at', () => {
      expect(failureOf(({ expectDeliveries }) => expectDeliveries(undefined as never)).message).toMatch(/^an actor id must be/);
      expect(failureOf(({ expectDeliveries }) => expectDeliveries(id, {} as never)).message).toMatch(/^broker must be/);
      expect(failureOf(({ broker, expectDeadLetters }) => expectDeadLetters(broker as never)).message).toMatch(/^describe must be/);
      expect(failureOf(({ expectPressure }) => expectPressure(id as never)).message).toMatch(/^mailbox must be/);
      expect(failureOf(({ expectPressure }) => expectPressure(Mailbox.bounded(1)).toBe(undefined as never)).message).toMatch(/^marbles must be/);
    });
  });

  it('gives a value no letter that says something else', () => {
    const values = { a: '-', b: 'z', c: 'é' };
    const lines = linesOf(({ cold, expectObservable }) => expectObservable(cold('abc', values)).toBe('-', { z: 1 }));
    expect(lines).toEqual(['  expected  ---', '  seen      ABé', '            ^ frame 0', '', '  A = "-"', '  B = "z"']);
  });

  it('shows what an error, a class, a collection and a number are', () => {
    class Money {
      readonly amount = 5;
    }
    const values = { a: new Money(), b: new Map([['x', 1]]), c: NaN, d: Object.create(null) as unknown, e: -0 };
    const lines = linesOf(({ cold, expectObservable }) => expectObservable(cold<unknown>('abcde', values)).toBe('-'));
    expect(lines.slice(4)).toEqual(['  A = Money {"amount":5}', '  B = Map [["x",1]]', '  C = NaN', '  D = {}', '  E = -0']);
    expect(linesOf(({ expectObservable }) => expectObservable(throwError(() => 'no')).toBe('-'))).toContain('  # = "no" (seen)');
  });
});
