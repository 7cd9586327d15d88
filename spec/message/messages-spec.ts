import { Message, Priority, actorId, message, protocol, topic, topicPattern } from 'rx-broker';
import { describe, expect, it, vi } from 'vitest';
import { laneOf, laneOfRouting } from '../../src/message/priority';
import { isProtocol } from '../../src/message/protocol';
import { parsePattern, parseTopic } from '../../src/message/topic-pattern';

describe('actorId', () => {
  it('is the name it is given', () => {
    expect(actorId('accounts')).toBe('accounts');
    expect(actorId('__proto__')).toBe('__proto__');
  });

  it('is fresh and unique without a name', () => {
    const ids = Array.from({ length: 1_000 }, () => actorId());
    expect(new Set(ids).size).toBe(1_000);
    expect(ids.every((id) => id.length >= 32)).toBe(true);
  });

  it('is unique without randomUUID, as in a page without a secure context', () => {
    const uuid = vi.spyOn(crypto, 'randomUUID');
    Object.defineProperty(crypto, 'randomUUID', { value: undefined, configurable: true });
    const ids = new Set(Array.from({ length: 100 }, () => actorId()));
    Reflect.deleteProperty(crypto, 'randomUUID');
    uuid.mockRestore();
    expect(ids.size).toBe(100);
    expect([...ids][0]).toMatch(/^[0-9a-f]{32}$/);
  });

  it.each([
    ['', "''"],
    [5, '5'],
    [null, 'null'],
    [{}, 'an object'],
    [() => {}, 'a function'],
  ])('throws for %s', (name, given) => {
    expect(() => actorId(name as never)).toThrow(new TypeError(`an actor's id must be a non-empty string, or be made of a protocol(), got ${given}`));
  });

  describe('of a protocol', () => {
    const Door = protocol('house.door', { open: message<{ by: string }, boolean>(), ['front.shut']: message() });
    const Bell = protocol('bell', { ring: message() });

    it("is the protocol's name, or the one it is given", () => {
      expect(actorId(Door)).toBe('house.door');
      expect(actorId(Door, 'back door')).toBe('back door');
      expect(actorId({ shut: Bell.ring }, 'back door')).toBe('back door');
    });

    it('is its name for some of its messages, too', () => {
      expect(actorId({ open: Door.open })).toBe('house.door');
    });

    it('needs a name for messages of several', () => {
      expect(() => actorId({ ...Door, ...Bell })).toThrow(new TypeError("an actor's id for messages of several protocols must be given a name, got undefined"));
      expect(() => actorId({ shut: Bell.ring })).toThrow(/must be given a name/);
      expect(actorId({ ...Door, ...Bell }, 'both')).toBe('both');
    });

    it('throws for a bad name, and for a name without a protocol', () => {
      expect(() => actorId(Bell, '')).toThrow(new TypeError("an actor id must be a non-empty string, got ''"));
      expect(() => actorId(undefined as never, 'door')).toThrow(/made of a protocol\(\), got undefined/);
    });

    it('leaves no trace on the protocol: its keys are its messages', () => {
      expect(Reflect.ownKeys(Door)).toEqual(['open', 'front.shut']);
      expect(Object.keys(Door.open)).toEqual(['type']);
    });
  });
});

describe('protocol', () => {
  const Door = protocol('door', { open: message<{ by: string }, boolean>(), shut: message() });

  it('makes plain objects with their type', () => {
    expect(Door.open({ by: 'me' })).toEqual({ by: 'me', type: 'door.open' });
    expect(Door.shut()).toEqual({ type: 'door.shut' });
    expect(Door.open.type).toBe('door.open');
    expect(structuredClone(Door.open({ by: 'me' }))).toEqual(Door.open({ by: 'me' }));
  });

  it('keeps its type, though the payload has one', () => {
    expect(Door.open({ by: 'me', type: 'other' } as never)).toEqual({ by: 'me', type: 'door.open' });
  });

  it('copies fields, so it refuses a payload that has none, at the call and in the types', () => {
    const Lost = protocol('lost', { list: message<readonly number[]>(), day: message<Date>(), map: message<Map<string, number>>(), tick: message() });
    const make = Lost as unknown as Record<string, (payload: unknown) => unknown>;
    expect(() => make['list']!([1])).toThrow(new TypeError("the payload of 'lost.list' must be an object with fields, such as { value: … }, got an array"));
    expect(() => make['map']!(new Map())).toThrow(/such as \{ value: … \}, got a collection$/);
    expect(() => make['day']!(new Date())).toThrow(TypeError);
    // @ts-expect-error: the array belongs into a field.
    expect(() => Lost.list([1])).toThrow(TypeError);
    // @ts-expect-error: so does the date.
    expect(() => Lost.day(new Date())).toThrow(TypeError);
    // @ts-expect-error: so does the map.
    expect(() => Lost.map(new Map())).toThrow(TypeError);
    expect([1, 2].map(Lost.tick)).toEqual([{ type: 'lost.tick' }, { type: 'lost.tick' }]);
  });

  it('cannot be changed', () => {
    expect([Door, Door.open, Door.shut].every((part) => Object.isFrozen(part))).toBe(true);
    expect(Object.keys(Door)).toEqual(['open', 'shut']);
  });

  it('takes any name for a message', () => {
    const Odd = protocol('odd', { ['__proto__']: message(), constructor: message() } as never) as Record<string, () => unknown>;
    expect(Object.keys(Odd)).toEqual(['__proto__', 'constructor']);
    expect(Object.getPrototypeOf(Odd)).toBe(Object.prototype);
    expect(Odd['__proto__']?.()).toEqual({ type: 'odd.__proto__' });
  });

  it('throws for bad messages', () => {
    const make = protocol as any;
    expect(() => make('', {})).toThrow(/name must be a non-empty string, got ''/);
    expect(() => make('x', null)).toThrow(/got null/);
    expect(() => make('x', [])).toThrow(/got an array/);
    expect(() => make('x', { a: {} })).toThrow(/made by message\(\); 'a' is not, got an object/);
  });

  it('is told apart from other values', () => {
    expect(isProtocol(Door)).toBe(true);
    for (const other of [null, undefined, 5, {}, { receive: () => {} }, () => {}]) expect(isProtocol(other)).toBe(false);
  });
});

describe('Message', () => {
  it('has no field at run time', () => {
    class GetBalance extends Message<number> {
      constructor(readonly accountId: string) {
        super();
      }
    }
    expect(Object.keys(new GetBalance('a'))).toEqual(['accountId']);
    expect(new GetBalance('a')).toBeInstanceOf(Message);
  });
});

describe('Priority', () => {
  it('is a lane', () => {
    expect([Priority.Low, Priority.Normal, Priority.High, Priority.Critical].map(laneOf)).toEqual([0, 1, 2, 3]);
    expect(laneOf(undefined)).toBe(1);
    expect(() => laneOf('urgent' as never)).toThrow(RangeError);
  });

  it.each([
    [0, 0],
    [63, 0],
    [64, 1],
    [127, 1],
    [128, 2],
    [191, 2],
    [192, 3],
    [255, 3],
    ['high', 2],
    [undefined, 1],
  ])('as %s in a routing key is lane %s', (priority, lane) => {
    expect(laneOfRouting(priority as never)).toBe(lane);
  });

  it.each([-1, 256, 1.5, NaN])('in a routing key cannot be %s', (priority) => {
    expect(() => laneOfRouting(priority)).toThrow(/integer from 0 to 255/);
  });
});

describe('the topic grammar (T1)', () => {
  const routingFailed = expect.objectContaining({ name: 'BrokerError', code: 'RoutingFailed' }) as Error;

  it.each(['a', 'a.b', '*', '*.b', 'a.*.c', '>', 'a.>', '*.>', 'a*', 'a>.b', '__proto__.constructor'])('takes the pattern %s', (pattern) => {
    expect(parsePattern(pattern)).toEqual(pattern.split('.'));
  });

  it.each(['', '.', 'a.', '.a', 'a..b', '>.a', 'a.>.b', 5, null, undefined])('refuses the pattern %s', (pattern) => {
    expect(() => parsePattern(pattern)).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
  });

  it('refuses wildcards in what is published, and says where they belong', () => {
    expect(parseTopic('a.b*')).toEqual(['a', 'b*']);
    for (const published of ['*', 'a.*', '>', 'a.>']) expect(() => parseTopic(published)).toThrow(/wildcards are for patterns/);
  });

  it('says what it was given and what is allowed', () => {
    expect(() => parsePattern(5)).toThrow('RoutingFailed: a pattern must be a string, got 5');
    expect(() => parseTopic('a.*')).toThrow("malformed topic 'a.*': wildcards are for patterns (allowed: a.b.c)");
    expect(() => parsePattern('a..b')).toThrow("malformed topic 'a..b': tokens split by '.' must not be empty (allowed: a.b.c, a.*.c, a.>)");
    expect(() => parsePattern('>.a')).toThrow("'>' must be the last token");
  });

  it('is checked where a topic gets its type: a wildcard is for topicPattern', () => {
    expect(topic<number>('prices.eur')).toBe('prices.eur');
    for (const name of ['prices.*', '>', 'a..b', 5]) expect(() => topic(name as never)).toThrow(routingFailed);
    expect(() => topic('prices.*')).toThrow("malformed topic 'prices.*': wildcards are for patterns (allowed: a.b.c)");
  });

  it('is checked where a pattern gets its type: it may be one topic', () => {
    for (const pattern of ['prices.*', '>', 'prices.eur']) expect(topicPattern<number>(pattern)).toBe(pattern);
    for (const pattern of ['a..b', '>.a', '', undefined]) expect(() => topicPattern(pattern as never)).toThrow(routingFailed);
  });
});
