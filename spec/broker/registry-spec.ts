import { BrokerError, InMemoryMessageBroker, Mailbox, type MessageBroker, actorId } from 'rx-broker';
import { NEVER, Subscription, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { Registry } from '../../src/broker/registry';
import { aloneQueue } from '../../src/mailbox/alone';
import { MailboxCore } from '../../src/mailbox/mailbox-core';
import { resolveMailbox } from '../../src/mailbox/mailbox-options';
import { setup, watchFor } from './setup';

const id = actorId<any>('actor');

describe('register', () => {
  it('throws AlreadyRegistered for a taken id and changes nothing (R1)', () => {
    const { broker } = setup();
    broker.spawn(id, () => 'first');
    const other = Mailbox.bounded(1);
    expect(() => broker.register(id, other, { topics: ['a'] })).toThrow(BrokerError);
    expect(() => broker.register(id, other)).toThrow(expect.objectContaining({ code: 'AlreadyRegistered' }));
    expect(() => broker.spawn(id, () => 'second')).toThrow(/registered as 'actor' already/);
    expect(broker.registeredCount()).toBe(1);
    expect(broker.publish('a', 0)).toBe(0);
    expect(watchFor(broker.send(id, 0)).values).toEqual(['first']);
    expect(() => broker.register(actorId('free'), other)).not.toThrow();
  });

  it('throws AlreadyRegistered for a mailbox that has an id already, also in another broker (R1)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded(1);
    broker.register(id, mailbox);
    expect(() => broker.register(actorId('again'), mailbox)).toThrow(/registered already, as 'actor'/);
    expect(() => setup().broker.register(actorId('again'), mailbox)).toThrow(expect.objectContaining({ code: 'AlreadyRegistered' }));
    expect(broker.actorIds()).toEqual(['actor']);
  });

  it('throws for bad input at the call and changes nothing', () => {
    const { broker } = setup();
    const bad = broker as any;
    expect(() => bad.register('', Mailbox.bounded(1))).toThrow(/non-empty string, got ''/);
    expect(() => bad.register(7, Mailbox.bounded(1))).toThrow(TypeError);
    for (const [value, text] of [[{}, 'an object'], [5, '5'], ['x', "'x'"], [null, 'null'], [undefined, 'undefined']] as const) {
      expect(() => bad.register('x', value)).toThrow(new RegExp(`^mailbox must be a Mailbox .*, got ${text}$`));
    }
    expect(() => bad.register('x', null)).toThrow(/got null/);
    expect(() => bad.register('x', Mailbox.bounded(1), { topics: 'a' })).toThrow(/topics must be an array/);
    expect(() => bad.register('x', Mailbox.bounded(1), { topics: ['a..b'] })).toThrow(expect.objectContaining({ code: 'RoutingFailed' }));
    expect(() => bad.spawn('x', 'no function')).toThrow(/handler must be a function/);
    expect(() => bad.spawn('x', null)).toThrow(TypeError);
    expect(() => bad.spawn('x', {}, {})).toThrow(/handler|protocol/);
    for (const capacity of [0, -1, 1.5, NaN, '10', null]) expect(() => bad.spawn('x', () => {}, { capacity })).toThrow(RangeError);
    expect(() => bad.spawn('x', () => {}, { overflow: 'explode' })).toThrow(/'fail', 'block', 'drop-oldest', 'drop-newest', got 'explode'/);
    expect(() => bad.spawn('x', () => {}, { concurrency: 0 })).toThrow(/concurrency .*got 0/);
    expect(() => bad.spawn('x', () => {}, { fairness: 'none' })).toThrow(/'weighted', 'strict'/);
    expect(() => bad.spawn('x', () => {}, { turnTimeout: -5 })).toThrow(/turnTimeout/);
    expect(() => bad.spawn('x', () => {}, { maxWaiting: 0 })).toThrow(/maxWaiting/);
    expect(() => bad.spawn('x', () => {}, { dispatcher: 'asap' })).toThrow(/dispatcher must be an RxJS scheduler/);
    expect(() => bad.watch('')).toThrow(TypeError);
    expect(() => bad.ref('')).toThrow(TypeError);
    expect(() => bad.isRegistered(5)).toThrow(TypeError);
    expect(broker.registeredCount()).toBe(0);
    expect(broker.metrics().registeredActors).toBe(0);
  });

  it('takes what the mailbox holds as sent now (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    mailbox.next(1);
    mailbox.next(2);
    broker.register(id, mailbox);
    expect(broker.metrics()).toMatchObject({ totalSent: 2, pending: 2 });
    mailbox.receive(() => {});
    expect(broker.metrics()).toMatchObject({ totalSent: 2, totalDelivered: 2, pending: 0 });
  });

  it('gives a registration that ends it, once (R1)', async () => {
    const { broker } = setup();
    const registration = broker.spawn(id, () => {});
    expect(registration.id).toBe('actor');
    expect(registration.closed).toBe(false);
    await expect(registration.ready).resolves.toBeUndefined();
    const all = new Subscription();
    all.add(registration);
    all.unsubscribe();
    expect(registration.closed).toBe(true);
    expect(broker.isRegistered(id)).toBe(false);
    broker.spawn(id, () => {});
    registration.unsubscribe();
    expect(broker.isRegistered(id)).toBe(true);
  });

  it('closes the registration however the actor ends (R1)', () => {
    const { broker } = setup();
    const registration = broker.spawn(id, () => {});
    broker.unregister(id);
    expect(registration.closed).toBe(true);
  });
});

describe('unregister', () => {
  it('throws NotFound for an unknown id, the second time too (R1)', () => {
    const { broker } = setup();
    expect(() => broker.unregister(id)).toThrow(expect.objectContaining({ name: 'BrokerError', code: 'NotFound' }));
    broker.spawn(id, () => {});
    broker.unregister(id);
    expect(() => broker.unregister(id)).toThrow(/'actor'/);
  });

  it('empties the mailbox, ends its turns, calls onStop, drops its bindings, frees the id, tells watch (R2)', () => {
    const { broker, letters } = setup();
    const steps: unknown[] = [];
    const mailbox = Mailbox.bounded<string>(5);
    mailbox.receive({ receive: () => NEVER, onStop: (reason) => void steps.push(['stop', reason]) });
    broker.register(id, mailbox, { topics: ['a.*'] });
    broker.watch(id).subscribe({ next: () => steps.push('watch'), complete: () => steps.push('complete') });
    broker.trySend(id, 'runs');
    broker.trySend(id, 'waits');
    broker.unregister(id);
    expect(steps).toEqual([['stop', 'unregistered'], 'watch', 'complete']);
    expect(letters).toMatchObject([
      { message: 'waits', reason: 'ActorNotFound' },
      { message: 'runs', reason: 'ActorStopped' },
    ]);
    expect(mailbox.size).toBe(0);
    expect(broker.publish('a.b', 0)).toBe(0);
    expect(broker.metrics().totalFailed).toBe(1);
    expect(broker.isRegistered(id)).toBe(false);
  });

  it('leaves the mailbox open, to be registered again (R2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const got: number[] = [];
    mailbox.receive((n) => void got.push(n));
    broker.register(id, mailbox);
    broker.unregister(id);
    expect(mailbox.isClosed).toBe(false);
    mailbox.next(1);
    broker.register(actorId('other'), mailbox);
    broker.trySend(actorId('other'), 2);
    expect(got).toEqual([1, 2]);
  });

  it('leaves nothing behind in a mailbox that has nothing to lose (R2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    mailbox.receive(() => {});
    broker.register(id, mailbox).unsubscribe();
    expect(Mailbox.coreOf(mailbox).extras).toBeNull();
  });

  it('leaves a mailbox alone that its actor registers again when it stops (R2)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(5);
    const other = actorId<number>('other');
    const got: number[] = [];
    mailbox.receive({
      receive: (n) => void got.push(n),
      onStop: () => {
        if (!broker.isRegistered(other)) broker.register(other, mailbox);
      },
    });
    broker.register(id, mailbox);
    broker.unregister(id);
    expect(broker.trySend(other, 1).ok).toBe(true);
    mailbox.next(2);
    expect(got).toEqual([1, 2]);
    expect(broker.metrics()).toMatchObject({ registeredActors: 1, totalSent: 2, totalSucceeded: 2 });
  });

  it('ends the turn that does it to itself, when it returns (R2)', () => {
    const { broker, letters } = setup();
    let aborted: boolean | undefined;
    broker.spawn(id, (_message, context) => {
      broker.unregister(id);
      aborted = context.signal.aborted;
      return 'late';
    });
    const seen = watchFor(broker.send(id, 0));
    expect(seen.error).toMatchObject({ code: 'ActorStopped', started: true });
    expect(aborted).toBe(true);
    broker.spawn(id, () => broker.unregister(id));
    broker.trySend(id, 'told');
    expect(letters).toMatchObject([{ message: 'told', reason: 'ActorStopped' }]);
    expect(broker.metrics()).toMatchObject({ totalAborted: 2, totalSucceeded: 0, inFlight: 0 });
  });

  it('never lets the turns of two lives overlap (M4)', async () => {
    const { broker } = setup();
    const gates: (() => void)[] = [];
    const mailbox = Mailbox.bounded<string>(5);
    const running: string[] = [];
    mailbox.receive((name) => {
      running.push(name);
      return new Promise<void>((resolve) => gates.push(resolve));
    });
    broker.register(id, mailbox);
    broker.trySend(id, 'first');
    broker.unregister(id);
    broker.register(id, mailbox);
    broker.trySend(id, 'second');
    expect(running).toEqual(['first']);
    gates[0]?.();
    await Promise.resolve();
    expect(running).toEqual(['first', 'second']);
  });
});

describe('an actor with a life', () => {
  it('starts when it is registered, before its first turn', () => {
    const { broker } = setup();
    const steps: string[] = [];
    broker.spawn(id, {
      receive: (name: string) => void steps.push(name),
      onStart: (context) => {
        steps.push(`start ${context.self}`);
        context.trySend(context.self, 'first');
      },
    });
    broker.trySend(id, 'second');
    expect(steps).toEqual(['start actor', 'first', 'second']);
  });

  it('keeps its state in `this`', () => {
    const { broker } = setup();
    class Counter {
      total = 0;
      receive(n: number): number {
        return (this.total += n);
      }
    }
    broker.spawn(id, new Counter());
    broker.trySend(id, 2);
    expect(watchFor(broker.send(id, 3)).values).toEqual([5]);
  });

  it('is not registered when its onStart throws', () => {
    const { broker } = setup();
    const failure = new Error('no database');
    const start = () => broker.spawn(id, { receive: () => {}, onStart: () => { throw failure; } });
    expect(start).toThrow(failure);
    expect(broker.isRegistered(id)).toBe(false);
    expect(broker.metrics().registeredActors).toBe(0);
  });

  it('ends once when its onStart ends it, and throws, too (R2)', () => {
    const { broker } = setup();
    const failure = new Error('no database');
    const ends: unknown[] = [];
    broker.events$.subscribe(({ kind }) => kind === 'unregistered' && ends.push(kind));
    const onStart = (): never => {
      broker.unregister(id);
      throw failure;
    };
    expect(() => broker.spawn(id, { receive: () => {}, onStart })).toThrow(failure);
    expect(ends).toEqual(['unregistered']);
    expect(broker.metrics().registeredActors).toBe(0);
  });

  it.each([
    ['unregisters it', (broker: MessageBroker) => broker.unregister(id)],
    ['closes the broker without draining', (broker: MessageBroker) => void broker.close({ drain: false })],
  ])('neither starts nor is bound when whoever is told of it %s (R2)', (_, end) => {
    const { broker, letters } = setup();
    const steps: string[] = [];
    broker.events$.subscribe(({ kind }) => {
      steps.push(kind);
      if (kind === 'registered') end(broker);
    });
    const actor = { receive: () => {}, onStart: () => steps.push('start'), onStop: () => steps.push('stop') };
    expect(broker.spawn(id, actor, { topics: ['t'] }).closed).toBe(true);
    expect(broker.publish('t', 0)).toBe(0);
    expect(steps.filter((step) => step !== 'closed')).toEqual(['registered', 'unregistered']);
    expect(letters).toEqual([]);
  });

  it('starts and stops once for each life', () => {
    const { broker } = setup();
    const steps: unknown[] = [];
    const mailbox = Mailbox.bounded(5);
    mailbox.receive({ receive: () => {}, onStart: () => steps.push('start'), onStop: (reason) => steps.push(reason) });
    broker.register(id, mailbox);
    broker.unregister(id);
    broker.register(id, mailbox);
    mailbox.close();
    broker.unregister(id);
    expect(steps).toEqual(['start', 'unregistered', 'start', 'closed']);
  });

  it('is told what its mailbox was errored with, and events$ is, too (M6)', () => {
    const { broker } = setup();
    const failure = new Error('upstream');
    const reasons: unknown[] = [];
    const events: unknown[] = [];
    broker.events$.subscribe((event) => events.push(event));
    const mailbox = Mailbox.bounded(5);
    mailbox.receive({ receive: () => {}, onStop: (reason) => reasons.push(reason) });
    broker.register(id, mailbox);
    mailbox.error(failure);
    expect(reasons).toEqual([failure]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'closed', id: 'actor', error: failure }));
  });

  it('stops nothing when its onStop throws, which is logged', () => {
    const lines: unknown[][] = [];
    const { broker } = setup({ logger: (...line: unknown[]) => lines.push(line) });
    const failure = new Error('stop');
    broker.spawn(id, { receive: () => {}, onStop: () => { throw failure; } });
    const seen = watchFor(broker.watch(id));
    broker.unregister(id);
    expect(seen.completed).toBe(true);
    expect(lines).toEqual([[expect.stringContaining("onStop of 'actor'"), failure]]);
  });
});

describe('watch', () => {
  it('emits at once for an actor that is not there', () => {
    const { broker } = setup();
    const seen = watchFor(broker.watch(id));
    expect(seen.values).toEqual([undefined]);
    expect(seen.completed).toBe(true);
  });

  it('fires when the id is freed, not when the mailbox is closed (M6)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded(1);
    broker.register(id, mailbox);
    const seen = watchFor(broker.watch(id));
    const left = watchFor(broker.watch(id));
    left.subscription.unsubscribe();
    mailbox.close();
    expect(seen.completed).toBe(false);
    broker.unregister(id);
    expect(seen.values).toHaveLength(1);
    expect(left.values).toEqual([]);
  });

  it('shows the id as free to whoever is told', () => {
    const { broker } = setup();
    broker.spawn(id, () => 'old');
    broker.watch(id).subscribe(() => broker.spawn(id, () => 'new'));
    broker.unregister(id);
    expect(watchFor(broker.send(id, 0)).values).toEqual(['new']);
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
    expect(ref.trySend(1)).toMatchObject({ ok: false });
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
    expect(() => InMemoryMessageBroker.withCapacity(0)).toThrow(/expectedActors .*got 0/);
    expect(() => InMemoryMessageBroker.withCapacity(1.5)).toThrow(RangeError);
  });

  it('checks its options when it is made', () => {
    const make = (options: any) => () => new InMemoryMessageBroker(options);
    expect(make(5)).toThrow(/options must be an object/);
    expect(make({ name: '' })).toThrow(/name/);
    expect(make({ requestTimeout: -1 })).toThrow(/requestTimeout/);
    expect(make({ scheduler: {} })).toThrow(/scheduler/);
    expect(make({ dispatcher: 1 })).toThrow(/dispatcher/);
    expect(make({ router: {} })).toThrow(/router/);
    expect(make({ mailbox: { overflow: 'x' } })).toThrow(/overflow/);
    expect(make({ metricsInterval: Infinity })).toThrow(/metricsInterval/);
    expect(make({ maxRetained: 0 })).toThrow(/maxRetained/);
    expect(make({ freezeMessages: 1 })).toThrow(/freezeMessages/);
    expect(make({ logDeadLetters: 'yes' })).toThrow(/logDeadLetters/);
    expect(make({ logDeadLetters: { first: -1 } })).toThrow(/logDeadLetters.first/);
    expect(make({ logger: {} })).toThrow(/logger/);
  });
});

describe('whoever watches an actor', () => {
  it('is forgotten when he leaves, and the others are told (R2)', () => {
    const registry = new Registry();
    const core = new MailboxCore(1, resolveMailbox(undefined), aloneQueue(undefined));
    registry.add('a', core);
    const stays = watchFor(registry.watch('a'));
    registry.watch('a').subscribe().unsubscribe();
    expect(registry.remove(core)).toBeDefined();
    registry.add('a', core);
    registry.watch('a').subscribe().unsubscribe();
    expect(registry.remove(core)).toBeUndefined();
    expect(stays.completed).toBe(false);
  });

  it('may watch the next one of that id from within the end of the first (R2)', () => {
    const { broker } = setup();
    let ends = 0;
    broker.spawn(id, () => {});
    const watchAgain = (): void => void broker.watch(id).subscribe(() => ends++);
    broker.watch(id).subscribe(() => {
      ends++;
      broker.spawn(id, () => {});
      watchAgain();
    });
    broker.unregister(id);
    expect(ends).toBe(1);
    broker.unregister(id);
    expect(ends).toBe(2);
  });
});

describe('a broker that closes', () => {
  it('ends nobody twice, also where one ends the other (R2, §7)', async () => {
    const { broker } = setup();
    const stopped: string[] = [];
    const other = actorId<any>('other');
    broker.spawn(id, {
      receive: () => {},
      onStop: () => {
        stopped.push('first');
        broker.unregister(other);
      },
    });
    broker.spawn(other, { receive: () => {}, onStop: () => void stopped.push('other') });
    await broker.close({ drain: false });
    expect(stopped).toEqual(['first', 'other']);
    expect(broker.metrics().registeredActors).toBe(0);
  });
});
