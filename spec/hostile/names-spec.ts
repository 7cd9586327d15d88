import { BrokerError, actorId, consistentHash, leastLoaded, message, protocol, random } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { MODES, Trial } from './trial';

const MEGABYTE = 1_000_000;

/** Names that break some table, log or encoding. */
const NAMES: Record<string, string> = {
  // In brackets, since `__proto__:` would set the prototype of this object.
  ['__proto__']: '__proto__',
  constructor: 'constructor',
  toString: 'toString',
  hasOwnProperty: 'hasOwnProperty',
  then: 'then',
  'a megabyte': 'm'.repeat(MEGABYTE),
  'an unpaired high surrogate': 'x\ud800',
  'an unpaired low surrogate': '\udc00x',
  'a NUL': 'nul\0nul',
  'a line break and an escape': '\n\u001b[31m',
  'a right-to-left override': '\u202Eactor',
  'a space': ' ',
  'a number': '0',
  'a combining character': 'e\u0301',
};

/** Pairs of names that may look the same, but that the broker must tell apart. */
const TWINS: Record<string, [string, string]> = {
  'composed and decomposed': ['\u00e9', 'e\u0301'],
  'two unpaired surrogates': ['\ud800', '\ud801'],
  'an unpaired surrogate and its replacement character': ['\ud800', '\ufffd'],
  'a megabyte and one letter more': ['m'.repeat(MEGABYTE), 'm'.repeat(MEGABYTE + 1)],
  'an inherited key and one of a prototype': ['constructor', '__proto__'],
  'with and without a space': ['a', 'a '],
};

describe.each(MODES)('$mode: an id that is', ({ observed }) => {
  it.each(Object.entries(NAMES))('%s is an id like any other (R1)', async (_, name) => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const id = actorId<any>(name);
    expect(broker.isRegistered(id)).toBe(false);
    expect(broker.trySend(id, 1)).toMatchObject({ ok: false, code: 'ActorNotFound' });
    expect(watchFor(broker.watch(id))).toMatchObject({ values: [undefined], completed: true });
    const registration = broker.spawn(id, (_message, context) => (context.self === name ? 'fine' : 'of another name'), { topics: [`x.${name}`] });
    expect(() => broker.spawn(id, () => {})).toThrow(BrokerError);
    expect(broker.actorIds()).toEqual(['bystander', name]);
    const ended = watchFor(broker.watch(id));
    expect(broker.ref(id).trySend(2)).toMatchObject({ ok: true });
    expect(watchFor(broker.send(id, 3)).values).toEqual(['fine']);
    expect(watchFor(broker.broadcastFilter(4, (target) => target === name)).values).toEqual([{ actorId: name, ok: true, value: 'fine' }]);
    registration.unsubscribe();
    expect(ended.completed).toBe(true);
    expect(watchFor(broker.send(id, 5)).error).toMatchObject({ code: 'ActorNotFound', actorId: name });
    trial.expectCounts({ totalSent: 5, totalSucceeded: 3, totalFailed: 2, registeredActors: 0 });
    expect(trial.letters.map(({ target }) => target)).toEqual([name, name]);
    broker.spawn(id, () => 'fine');
    await trial.expectUnharmed(id);
  });

  it.each(Object.entries(TWINS))('%s is two', async (_, [one, other]) => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const got: string[] = [];
    for (const name of [one, other]) broker.spawn(actorId<any>(name), () => (got.push(name), 'fine'), { topics: [name] });
    broker.trySend(actorId<any>(one), 0);
    broker.publish(other, 0);
    expect(got).toEqual([one, other]);
    broker.unregister(actorId(one));
    expect(broker.isRegistered(actorId(other))).toBe(true);
    expect([broker.publish(one, 0), broker.publish(other, 0)]).toEqual([0, 1]);
    await trial.expectUnharmed(actorId<any>(other));
  });

  it('a megabyte makes no error that is a megabyte', () => {
    const { broker } = new Trial({ observed });
    const id = actorId<any>('m'.repeat(MEGABYTE));
    const refused = broker.trySend(id, 0);
    expect(refused.ok ? '' : refused.error.message.length).toBeLessThan(1_000);
    expect(() => broker.unregister(id)).toThrow(/^.{1,1000}$/);
    expect(() => broker.bind('t', id)).toThrow(/^.{1,1000}$/);
    expect(() => broker.publish(`${id}..`, 0)).toThrow(/^.{1,1000}$/);
  });
});

describe.each(MODES)('$mode: a topic of which a token is', ({ observed }) => {
  it.each(Object.entries(NAMES))('%s is a topic like any other (T1)', async (_, name) => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const id = actorId<any>('actor');
    broker.spawn(id, () => 'fine', { topics: [name] });
    const topic = `${name}.${name}`;
    const binding = broker.bind(`${name}.*`, id);
    const seen = watchFor(broker.topic$(`*.${name}`));
    expect([broker.publish(name, 1), broker.publish(topic, 2)]).toEqual([1, 1]);
    expect(seen.values).toEqual([2]);
    expect(broker.retained(topic)).toBe(undefined);
    broker.publish(topic, 3, { retain: true });
    expect([broker.retained(topic), broker.retained(name)]).toEqual([3, undefined]);
    expect(watchFor(broker.publications$('>')).values).toEqual([{ topic, message: 3, retained: true }]);
    expect(watchFor(broker.sendWithRouting({ topic }, 4)).values).toEqual(['fine']);
    broker.clearRetained(topic);
    binding.unsubscribe();
    expect([broker.retained(topic), broker.publish(topic, 5), broker.publish(name, 6)]).toEqual([undefined, 0, 1]);
    seen.subscription.unsubscribe();
    trial.expectCounts({ totalSent: 5, totalSucceeded: 5, totalFailed: 0 });
    await trial.expectUnharmed(id);
  });

  it('one of 20,000 is no reason to overflow the stack (M7)', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const id = actorId<any>('actor');
    const topic = Array.from({ length: 20_000 }, (_, i) => `t${i % 10}`).join('.');
    broker.spawn(id, () => 'fine', { topics: [topic, `${topic}.>`] });
    const seen = watchFor(broker.topic$('t0.>'));
    expect([broker.publish(topic, 1, { retain: true }), broker.publish(`${topic}.t`, 2)]).toEqual([1, 1]);
    expect(seen.values).toEqual([1, 2]);
    expect(watchFor(broker.topic$('>')).values).toEqual([1]);
    trial.expectCounts({ totalSent: 2, totalSucceeded: 2 });
    await trial.expectUnharmed(id);
  });
});

describe.each(MODES)('$mode: a message whose type is', ({ observed }) => {
  it.each(Object.entries(NAMES))('%s finds the handler of that name in a protocol, and no other', async (_, name) => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const id = actorId<any>('actor');
    const Told = protocol('told', Object.fromEntries([['ordinary', message()], [name, message()]]));
    broker.spawn(id, Told as never, Object.fromEntries([['ordinary', () => 'ordinary'], [name, () => name]]));
    expect(watchFor(broker.send(id, Told['ordinary']!())).values).toEqual(['ordinary']);
    expect(watchFor(broker.send(id, Told[name]!())).values).toEqual([name]);
    for (const type of [name, `told.${name}.`]) expect(watchFor(broker.send(id, { type })).error).toMatchObject({ code: 'Unhandled', started: false });
    trial.expectCounts({ totalSent: 4, totalSucceeded: 2, totalErrored: 2 });
    await trial.expectUnharmed();
  });
});

describe.each([
  ['random', random(1)],
  ['leastLoaded', leastLoaded()],
  ['consistentHash', consistentHash((text: string) => text)],
])('%s', (_, router) => {
  it('routes by every name and to every name (T2)', async () => {
    const trial = new Trial({ observed: false, router });
    for (const name of Object.values(NAMES)) trial.broker.spawn(actorId<any>(name), () => 'fine', { topics: ['t'] });
    for (const name of Object.values(NAMES)) expect(watchFor(trial.broker.sendWithRouting({ topic: 't' }, name)).values).toEqual(['fine']);
    await trial.expectUnharmed(...Object.values(NAMES).map((name) => actorId<any>(name)));
  });
});
