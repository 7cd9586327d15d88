import { BrokerError, InMemoryMessageBroker, Mailbox, actorId } from 'rx-broker';
import { NEVER, Subject, Subscription, VirtualTimeScheduler, asapScheduler, asyncScheduler, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { countFromEvents, deferred, macrotask, setupStill as setup, watchFor } from './setup';

const [id, other] = [actorId<any>('actor'), actorId<any>('other')];
const alreadyRegistered = expect.objectContaining({ name: 'BrokerError', code: 'AlreadyRegistered' }) as Error;

describe('register', () => {
  it('throws AlreadyRegistered for a taken id and changes nothing (R1)', () => {
    const { broker } = setup();
    broker.spawn(id, () => 'first');
    const mailbox = Mailbox.bounded(1);
    expect(() => broker.register(id, mailbox, { topics: ['a'] })).toThrow(BrokerError);
    expect(() => broker.register(id, mailbox)).toThrow(alreadyRegistered);
    expect(() => broker.spawn(id, () => 'second')).toThrow(/registered as 'actor' already/);
    expect(broker.registeredCount()).toBe(1);
    expect(broker.publish('a', 0)).toBe(0);
    expect(watchFor(broker.send(id, 0)).values).toEqual(['first']);
    expect(() => broker.register(actorId('free'), mailbox)).not.toThrow();
  });

  it('throws AlreadyRegistered for a mailbox that has an id already, also in another broker (R1)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded(1);
    broker.register(id, mailbox);
    expect(() => broker.register(other, mailbox)).toThrow(/registered already, as 'actor'/);
    expect(() => setup().broker.register(other, mailbox)).toThrow(alreadyRegistered);
    expect(broker.actorIds()).toEqual(['actor']);
  });

  it('takes an actor whose getters throw, since it calls none of them', () => {
    const { broker } = setup();
    const actor = {
      get total(): number {
        throw new Error('not loaded yet');
      },
      receive: () => 'fine',
    };
    broker.spawn(id, actor);
    expect(watchFor(broker.send(id, 1)).values).toEqual(['fine']);
  });

  it('throws for bad input at the call and changes nothing (R1)', () => {
    const { broker } = setup();
    const bad = broker as any;
    expect(() => bad.register('', Mailbox.bounded(1))).toThrow(/non-empty string, got ''/);
    expect(() => bad.register(7, Mailbox.bounded(1))).toThrow(TypeError);
    for (const [value, text] of [[{}, 'an object'], [5, '5'], ['x', "'x'"], [null, 'null'], [undefined, 'undefined']] as const) {
      expect(() => bad.register('x', value)).toThrow(new RegExp(`^mailbox must be a Mailbox .*, got ${text}$`));
    }
    expect(() => bad.register('x', Mailbox.bounded(1), { topics: 'a' })).toThrow(/topics must be an array/);
    expect(() => bad.register('x', Mailbox.bounded(1), { topics: ['a..b'] })).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
    expect(() => bad.spawn('x', 'no function')).toThrow(/handler must be a function/);
    expect(() => bad.spawn('x', null)).toThrow(TypeError);
    expect(() => bad.spawn('x', {}, {})).toThrow(/handler|protocol/);
    for (const capacity of [0, -1, 1.5, NaN, '10', null]) expect(() => bad.spawn('x', () => {}, { capacity })).toThrow(RangeError);
    expect(() => bad.spawn('x', () => {}, { overflow: 'explode' })).toThrow(/'fail', 'block', 'drop-oldest', 'drop-newest', got 'explode'/);
    for (const [name, value] of [['concurrency', 0], ['fairness', 'none'], ['turnTimeout', -5], ['maxWaiting', 0], ['dispatcher', 'asap']] as const) {
      expect(() => bad.spawn('x', () => {}, { [name]: value })).toThrow(new RegExp(`^${name} must be `));
    }
    for (const call of [() => bad.watch(''), () => bad.ref(''), () => bad.isRegistered(5)]) expect(call).toThrow(TypeError);
    expect([broker.registeredCount(), broker.metrics().registeredActors]).toEqual([0, 0]);
  });

  it('counts the messages that a mailbox holds as sent now, each with one id from then on (M6)', () => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const ids: string[] = [];
    broker.events$.subscribe((event) => 'message' in event && ids.push(event.id));
    const mailbox = Mailbox.bounded<number>(5);
    for (const n of [1, 2]) mailbox.next(n);
    broker.register(id, mailbox);
    expect(broker.metrics()).toMatchObject({ totalSent: 2, pending: 2 });
    check();
    mailbox.receive(() => {});
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalSucceeded: 2, pending: 0 });
    expect(ids).toHaveLength(6);
    expect(new Set(ids).size).toBe(2);
    check();
  });

  it('tells `registered`, then `sent` of what the mailbox holds, also if the first observer unregisters it (M6, D0)', () => {
    const { broker } = setup();
    const kinds: string[] = [];
    broker.events$.subscribe(({ kind }) => {
      kinds.push(kind);
      if (kind === 'registered') broker.unregister(id);
    });
    const mailbox = Mailbox.bounded<any>(2);
    mailbox.next('a');
    broker.register(id, mailbox);
    expect(kinds).toEqual(['registered', 'sent', 'failed', 'dead-lettered', 'unregistered']);
  });

  it('lets an observer of `registered` send to the actor (D0)', () => {
    const { broker } = setup();
    const check = countFromEvents(broker);
    const got: unknown[] = [];
    broker.events$.subscribe((event) => event.kind === 'registered' && broker.trySend(event.id, 'welcome'));
    broker.spawn(id, (message) => void got.push(message));
    expect(got).toEqual(['welcome']);
    check();
  });
});

describe('a mailbox that moves', () => {
  it.each<[string, (mailbox: Mailbox, register: () => void) => void]>([
    ['its own turn is on the stack', (mailbox, register) => {
      mailbox.receive(register);
      mailbox.next(0);
    }],
    ['a turn of it is open', (mailbox, register) => {
      mailbox.receive(() => NEVER);
      mailbox.next(0);
      register();
    }],
    ['a delivery of it is open', (mailbox, register) => {
      mailbox.deliveries$.subscribe();
      mailbox.next(0);
      register();
    }],
  ])('can be registered only at rest: not while %s (M6)', (_, attempt) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const thrown: unknown[] = [];
    attempt(mailbox, () => {
      try {
        broker.register(id, mailbox);
      } catch (error) {
        thrown.push(error);
      }
    });
    expect(thrown).toEqual([alreadyRegistered]);
    expect((thrown[0] as BrokerError).reason).toMatch(/a turn of this mailbox is open/);
    expect(broker.metrics()).toMatchObject({ registeredActors: 0, totalSent: 0 });
  });

  it('can be registered when its turn is over (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const reply = new Subject<void>();
    mailbox.receive(() => reply);
    mailbox.next(0);
    reply.complete();
    broker.register(id, mailbox);
    expect(broker.metrics()).toMatchObject({ registeredActors: 1, totalSent: 0 });
  });

  it('can be registered between two of its turns: those that follow are at the scheduler of the broker (M6, D3)', () => {
    const dispatcher = new VirtualTimeScheduler();
    const { broker } = setup({ dispatcher });
    const mailbox = Mailbox.bounded<number>(4);
    for (const n of [1, 2, 3, 4]) mailbox.next(n);
    mailbox.pressure$.subscribe((pressure) => {
      if (pressure === 0.5) broker.register(id, mailbox);
    });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    expect(got).toEqual([1, 2]);
    dispatcher.flush();
    expect(got).toEqual([1, 2, 3, 4]);
  });

  it('can be registered again only when an aborted turn has given its seat back: turns never overlap (M6, M4)', async () => {
    const { broker } = setup();
    const gate = deferred();
    const mailbox = Mailbox.bounded<string>(5);
    mailbox.receive(() => gate.promise);
    broker.register(id, mailbox);
    broker.trySend(id, 'first');
    broker.unregister(id);
    expect(() => broker.register(id, mailbox)).toThrow(alreadyRegistered);
    gate.resolve(0);
    await gate.promise;
    expect(() => broker.register(id, mailbox)).not.toThrow();
  });

  it('cannot be registered again in the turn that unregisters it, but afterwards (M6, R2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const thrown: unknown[] = [];
    mailbox.receive(() => {
      broker.unregister(id);
      for (const next of [broker, setup().broker]) {
        try {
          next.register(id, mailbox);
        } catch (error) {
          thrown.push(error);
        }
      }
    });
    broker.register(id, mailbox);
    broker.trySend(id, 0);
    expect(thrown).toEqual([alreadyRegistered, alreadyRegistered]);
    expect(() => broker.register(id, mailbox)).not.toThrow();
  });

  it.each([['asap', asapScheduler], ['async', asyncScheduler]])('to a broker with a message in line is drained there: on %s (M6, D3)', async (_, dispatcher) => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(10, { dispatcher });
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    mailbox.next(1);
    broker.register(id, mailbox);
    while (got.length === 0) await macrotask();
    expect(broker.metrics()).toMatchObject({ totalSent: 1, totalSucceeded: 1, pending: 0 });
  });

  it('in the turn of another actor is drained, and counted, where it has gone (M6, D2, O2)', () => {
    const [{ broker }, { broker: second }] = [setup(), setup()];
    const mailbox = Mailbox.bounded<number>(10);
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    broker.register(id, mailbox);
    broker.spawn(other, () => {
      broker.trySend(id, 1);
      broker.unregister(id);
      second.register(id, mailbox);
      second.trySend(id, 2);
    });
    broker.trySend(other, 0);
    expect(got).toEqual([2]);
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalSucceeded: 1, totalFailed: 1, pending: 0 });
    expect(second.metrics()).toMatchObject({ totalSent: 1, totalSucceeded: 1, pending: 0 });
  });
});

describe('a registration', () => {
  it('ends its actor when it is unsubscribed, once (R1)', async () => {
    const { broker } = setup();
    const registration = broker.spawn(id, () => {});
    expect(registration).toMatchObject({ id: 'actor', closed: false });
    await expect(registration.ready).resolves.toBeUndefined();
    const all = new Subscription();
    all.add(registration);
    all.unsubscribe();
    expect(registration.closed).toBe(true);
    broker.spawn(id, () => {});
    registration.unsubscribe();
    expect(broker.isRegistered(id)).toBe(true);
  });

  it('is what `using` ends (R1)', () => {
    const { broker } = setup();
    const { dispose } = Symbol as { dispose?: symbol };
    if (dispose === undefined) return;
    const registration = broker.spawn(id, () => {});
    (registration as any)[dispose]();
    expect([registration.closed, broker.isRegistered(id)]).toEqual([true, false]);
    expect(() => (registration as any)[dispose]()).not.toThrow();
  });

  it('is closed however its actor ends, and ends no later life of its mailbox (R1)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<any>(5);
    const first = broker.register(id, mailbox);
    broker.unregister(id);
    const second = broker.register(id, mailbox);
    first.unsubscribe();
    expect([first.closed, second.closed]).toEqual([true, false]);
    expect(broker.isRegistered(id)).toBe(true);
  });
});

describe('the registry', () => {
  it('lists ids in the order of registration, as a snapshot', () => {
    const { broker } = setup();
    for (const name of ['c', 'a', 'b']) broker.spawn(actorId(name), () => {});
    const ids = broker.actorIds();
    broker.unregister(actorId('a'));
    broker.spawn(actorId('a'), () => {});
    expect(ids).toEqual(['c', 'a', 'b']);
    expect(broker.actorIds()).toEqual(['c', 'b', 'a']);
    expect(broker.registeredCount()).toBe(3);
  });

  it('gives a ref that sends to one actor', async () => {
    const { broker } = setup();
    const ref = broker.ref(actorId<any>('actor'));
    broker.spawn(ref.id, (n) => n * 2);
    await expect(firstValueFrom(ref.send(4))).resolves.toBe(8);
  });

  it('takes ids that are names of Object.prototype, and long and odd ones', () => {
    const { broker } = setup();
    const odd = ['__proto__', 'constructor', 'x'.repeat(1_000_000), '\ud800', ' '];
    for (const name of odd) broker.spawn(actorId(name), () => name.length);
    for (const name of odd) expect(watchFor(broker.send(actorId<any>(name), 0)).values).toEqual([name.length]);
  });

  it('makes room for the actors it is told to expect (withCapacity)', () => {
    const broker = InMemoryMessageBroker.withCapacity(3, { name: 'roomy' });
    for (let i = 0; i < 5; i++) broker.spawn(actorId(`a${i}`), () => {});
    expect(broker.tryBroadcast('x')).toBe(5);
    expect(watchFor(broker.broadcast('x')).values).toHaveLength(5);
    expect(InMemoryMessageBroker.withCapacity(Number.MAX_SAFE_INTEGER).tryBroadcast(1)).toBe(0);
    const spacious = InMemoryMessageBroker.withCapacity(100);
    spacious.spawn(id, () => {});
    expect(watchFor(spacious.broadcast('x')).values).toHaveLength(1);
    const spawning = (): boolean => (spacious.spawn(other, () => {}), true);
    expect(spacious.tryBroadcast('x', spawning)).toBe(1);
    expect(() => InMemoryMessageBroker.withCapacity(0)).toThrow(/expectedActors .*got 0/);
    expect(() => InMemoryMessageBroker.withCapacity(1.5)).toThrow(RangeError);
  });
});
