import { describe, expect, it } from 'vitest';
import { BufferOverflowError } from '../../src/failure/buffer-overflow-error';
import { BrokerError } from '../../src/failure/broker-error';
import {
  checkActorId,
  checkCapacity,
  checkDuration,
  checkFunction,
  checkOneOf,
  checkObject,
  checkPositiveInteger,
  checkScheduler,
  checkTimeout,
  describeValue,
} from '../../src/failure/check';
import { FAILURE_CODES } from '../../src/failure/failure-code';
import { SendError } from '../../src/failure/send-error';

describe('describeValue', () => {
  it.each([
    ['text', "'text'"],
    ['x'.repeat(200), `'${'x'.repeat(100)}…'`],
    [1.5, '1.5'],
    [NaN, 'NaN'],
    [5n, '5n'],
    [undefined, 'undefined'],
    [null, 'null'],
    [[], 'an array'],
    [{}, 'an object'],
    [new Map(), 'a collection'],
    [new Headers(), 'a collection'],
    [() => {}, 'a function'],
    [Symbol('s'), 'Symbol(s)'],
  ])('shows %s', (value, shown) => {
    expect(describeValue(value)).toBe(shown);
  });

  it('reads nothing of the value, and bears a Proxy that throws', () => {
    const touched = (): never => {
      throw new Error('touched');
    };
    const hostile = new Proxy({}, { get: touched, has: touched });
    expect(describeValue(hostile)).toBe('an object');
  });
});

describe('the checks of input', () => {
  it.each([0, -1, 1.5, NaN, '10', null, undefined, Infinity])('refuse the capacity %s', (value) => {
    expect(() => checkCapacity(value, 'capacity')).toThrow(RangeError);
    expect(() => checkCapacity(value, 'capacity')).toThrow(/capacity must be an integer of at least 1.*, got/);
  });

  it('say where Infinity is allowed', () => {
    expect(() => checkCapacity(Infinity, 'capacity')).toThrow(/Mailbox.unbounded/);
  });

  it('let good values through', () => {
    expect(() => checkCapacity(10, 'capacity')).not.toThrow();
    expect(() => checkPositiveInteger(1, 'n')).not.toThrow();
    expect(() => checkDuration(0, 'ms')).not.toThrow();
    expect(() => checkTimeout(Infinity, 'ms')).not.toThrow();
    expect(checkOneOf('a', 'letter', ['a', 'b'])).toBe('a');
    expect(checkActorId('id')).toBe('id');
    expect(() => checkFunction(() => {}, 'f')).not.toThrow();
    expect(() => checkObject(undefined)).not.toThrow();
    expect(() => checkScheduler({ now: () => 0, schedule: () => {} }, 's')).not.toThrow();
  });

  it.each([-1, NaN, '5', Infinity, null])('refuse the duration %s', (value) => {
    expect(() => checkDuration(value, 'ttl')).toThrow(/ttl must be a number of milliseconds from 0, got/);
  });

  it('name what is allowed', () => {
    expect(() => checkOneOf('c', 'letter', ['a', 'b'])).toThrow("letter must be one of 'a', 'b', got 'c'");
    expect(() => checkFunction(5, 'handler')).toThrow('handler must be a function, got 5');
    expect(() => checkObject(5)).toThrow('options must be an object, got 5');
    expect(() => checkActorId('')).toThrow("an actor id must be a non-empty string, got ''");
    expect(() => checkObject(null, 'mailbox')).toThrow('mailbox must be an object, got null');
    expect(() => checkTimeout(NaN, 'timeout')).toThrow('timeout must be a number of milliseconds from 0, or Infinity for none, got NaN');
    expect(() => checkScheduler(undefined, 'dispatcher')).toThrow(/dispatcher must be an RxJS scheduler.*got undefined/);
  });

  it.each([null, {}, { now: () => 0 }, { schedule: () => {} }, 5])('refuse the scheduler %o', (value) => {
    expect(() => checkScheduler(value, 'scheduler')).toThrow(TypeError);
  });
});

describe('the errors', () => {
  it.each(FAILURE_CODES)('say what happened and what to do: %s', (code) => {
    const error = new SendError(code, { actorId: 'a', started: true, detail: 'more' });
    expect(error).toMatchObject({ name: 'SendError', code, actorId: 'a', started: true });
    expect(error.message).toMatch(new RegExp(`^${code}: message to 'a' failed: .+ \\(more\\)$`));
    expect(error).toBeInstanceOf(Error);
  });

  it('shorten an id of a megabyte, and do without one', () => {
    expect(new SendError('Timeout', { actorId: 'x'.repeat(1e6) }).message.length).toBeLessThan(500);
    const error = new SendError('BrokerClosed');
    expect(error.started).toBe(false);
    expect(error.actorId).toBeUndefined();
  });

  it('of the broker carry a code, a reason and a cause', () => {
    const cause = new Error('why');
    expect(new BrokerError('RoutingFailed', 'no route', { cause })).toMatchObject({ name: 'BrokerError', code: 'RoutingFailed', reason: 'no route', cause });
    expect(new BrokerError('NotFound').message).toBe('NotFound: not found');
    expect(new BrokerError('NotFound').reason).toBeUndefined();
  });

  it('of a full buffer name its capacity', () => {
    expect(new BufferOverflowError(7)).toMatchObject({ name: 'BufferOverflowError', capacity: 7, message: expect.stringContaining('7 values') as string });
  });
});
