import { InjectionToken, PLATFORM_ID, TransferState, inject, makeStateKey } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { type } from '@ngrx/signals';
import { Dispatcher, Events, event } from '@ngrx/signals/events';
import { DeadLetterQueue, InMemoryMessageBroker, type Interceptor, actorId, message, protocol, topic } from 'rx-broker';
import { injectActor, injectBrokerMetrics, injectPressure, injectState, provideActor, provideMessageBroker, withActors, withDeadLetterQueue, withInterceptors, withNgrxActions, withTransferState } from 'rx-broker/angular';
import { Subject, VirtualTimeScheduler, firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { application, inContext } from './setup';

const Cart = protocol('cart', { add: message<{ sku: string }>(), count: message<void, number>() });
const cart = actorId(Cart);
const log = actorId<string>('log');
const START = new InjectionToken<number>('START');

describe('provideActor and withActors', () => {
  it('make actors with the application, whose handlers use what is injected beside them', async () => {
    const lines: string[] = [];
    const { broker } = application(
      { provide: START, useValue: 5 },
      provideActor(cart, Cart, () => {
        let count = inject(START);
        return { add: () => void count++, count: () => count };
      }, { capacity: 3 }),
      provideMessageBroker({}, withActors(() => injectActor(log, (line) => lines.push(line)), provideActor(actorId(Cart, 'second'), Cart, () => ({ add: () => {}, count: () => 1 })))),
    );
    expect(broker.actorIds().sort()).toEqual(['cart', 'log', 'second']);
    broker.trySend(cart, Cart.add({ sku: 'a' }));
    broker.trySend(log, 'x');
    expect([await firstValueFrom(broker.send(cart, Cart.count())), lines, broker.mailboxMetrics(cart)?.capacity]).toEqual([6, ['x'], 3]);
  });
});

describe('withDeadLetterQueue', () => {
  it('keeps dead letters in a queue that is injected', () => {
    const { broker } = application(provideMessageBroker({}, withDeadLetterQueue()));
    broker.trySend(log, 'x');
    const queue = TestBed.inject(DeadLetterQueue);
    expect(queue.letters().map(({ message: lost }) => lost as unknown)).toEqual(['x']);
    broker.spawn(log, () => {});
    queue.redeliver().subscribe();
    expect(queue.size).toBe(0);
  });

  it('makes one for each application, or takes the one that is given', () => {
    const shared = withDeadLetterQueue();
    const queues = [1, 2].map(() => {
      application(provideMessageBroker({}, shared));
      const queue = TestBed.inject(DeadLetterQueue);
      TestBed.resetTestingModule();
      return queue;
    });
    expect(queues[0]).not.toBe(queues[1]);
    const own = new DeadLetterQueue({ capacity: 1 });
    const { broker } = application(provideMessageBroker({}, withDeadLetterQueue(own)));
    broker.trySend(log, 'x');
    expect([TestBed.inject(DeadLetterQueue), own.size]).toEqual([own, 1]);
  });

  it('also keeps those of a broker that the application has made', () => {
    const { broker } = application(provideMessageBroker(() => new InMemoryMessageBroker(), withDeadLetterQueue()));
    broker.trySend(log, 'x');
    expect(TestBed.inject(DeadLetterQueue).size).toBe(1);
  });
});

describe('withInterceptors', () => {
  it('stands them behind those of the options, and lets them inject', () => {
    const seen: string[] = [];
    const noting = (name: string): Interceptor => ({
      handle: (_message, _context, next) => {
        seen.push(name);
        return next() as unknown;
      },
    });
    const { broker } = application(
      { provide: START, useValue: 5 },
      provideMessageBroker({ interceptors: [noting('option')] }, withInterceptors(noting('first'), () => noting(`second ${inject(START)}`)), withInterceptors(noting('third'))),
    );
    broker.spawn(log, () => seen.push('handler'));
    broker.trySend(log, 'x');
    expect(seen).toEqual(['option', 'first', 'second 5', 'third', 'handler']);
  });
});

describe('withNgrxActions', () => {
  it('publishes actions on a topic, as long as the application lives', () => {
    const ACTIONS = new InjectionToken<Subject<{ type: string; sku?: string }>>('Actions');
    const actions = new Subject<{ type: string; sku?: string }>();
    const chosen = topic<{ type: string }>('shop.actions');
    const { broker } = application(
      { provide: ACTIONS, useValue: actions },
      provideMessageBroker({}, withNgrxActions(() => inject(ACTIONS)), withNgrxActions(() => inject(ACTIONS), chosen)),
    );
    const seen: unknown[] = [];
    broker.publications$('>').subscribe(({ topic: name, message: { type } }) => seen.push([name, type]));
    actions.next({ type: '[Cart] Add item', sku: 'a' });
    expect(seen).toEqual([['ngrx.actions', '[Cart] Add item'], ['shop.actions', '[Cart] Add item']]);
    TestBed.resetTestingModule();
    expect(actions.observed).toBe(false);
    expect(() => withNgrxActions(() => actions, 'a..b' as never)).toThrow('RoutingFailed');
  });
});

describe('withNgrxActions, with the events of @ngrx/signals', () => {
  it('publishes what is dispatched', () => {
    const clicked = event('[Cart] Add clicked', type<{ sku: string }>());
    const { broker } = application(provideMessageBroker({}, withNgrxActions(() => inject(Events).on())));
    const seen: unknown[] = [];
    broker.topic$('ngrx.actions').subscribe((action) => seen.push(action));
    TestBed.inject(Dispatcher).dispatch(clicked({ sku: 'a' }));
    expect(seen).toEqual([{ type: '[Cart] Add clicked', payload: { sku: 'a' } }]);
  });
});

describe('withTransferState', () => {
  const theme = topic<string>('ui.theme');
  const user = topic<{ name: string }>('shop.user');

  /** The page that a server writes. */
  function served(...topics: Parameters<typeof withTransferState>): string {
    const { broker } = application({ provide: PLATFORM_ID, useValue: 'server' }, provideMessageBroker({}, withTransferState(...topics)));
    const page = TestBed.inject(TransferState);
    // What is set after the broker was made counts, too.
    for (const name of ['a', 'b']) broker.publish(user, { name }, { retain: true });
    broker.publish(theme, 'dark', { retain: true });
    broker.publish(topic('shop.news'), 'not retained');
    const json = page.toJson();
    TestBed.resetTestingModule();
    return json;
  }

  it('passes the retained messages of the topics that match, and states begin with them', () => {
    const page = served('shop.>');
    const state = new TransferState();
    (state as unknown as { store: object }).store = JSON.parse(page) as object;
    const { broker } = application({ provide: TransferState, useValue: state }, provideMessageBroker({}, withTransferState('shop.>')));
    expect([broker.retained(user), broker.retained(theme), broker.retained(topic('shop.news'))]).toEqual([{ name: 'b' }, undefined, undefined]);
    expect(inContext(() => injectState(user, { name: 'nobody' }))()).toEqual({ name: 'b' });
    // A second broker of this page begins anew.
    expect(state.hasKey(makeStateKey('rx-broker.retained:shop.>'))).toBe(false);
  });

  it('has nothing to do where no server has written the page, and refuses a malformed pattern', () => {
    const { broker } = application(provideMessageBroker({}, withTransferState('shop.>')));
    expect(broker.retained(user)).toBe(undefined);
    expect(() => withTransferState('a..b')).toThrow('RoutingFailed');
  });
});

describe('injectBrokerMetrics', () => {
  it('has the numbers, and renews them while its injector lives', () => {
    const scheduler = new VirtualTimeScheduler();
    scheduler.maxFrames = 3_500;
    const { broker } = application(provideMessageBroker({ scheduler, logDeadLetters: false }));
    const metrics = inContext(() => injectBrokerMetrics());
    const sent = (): number => metrics().totalSent;
    expect(sent()).toBe(0);
    broker.trySend(log, 'x');
    expect(sent()).toBe(0);
    scheduler.flush();
    expect(sent()).toBe(1);
    TestBed.resetTestingModule();
    expect(scheduler.actions.filter(({ closed }) => !closed)).toEqual([]);
  });

  it('is one snapshot on a server, without a timer', () => {
    const scheduler = new VirtualTimeScheduler();
    const { broker } = application({ provide: PLATFORM_ID, useValue: 'server' }, provideMessageBroker({ scheduler, logDeadLetters: false }));
    broker.trySend(log, 'x');
    expect(inContext(() => injectBrokerMetrics())().totalSent).toBe(1);
    expect(scheduler.actions).toEqual([]);
  });
});

describe('injectPressure', () => {
  it('follows an actor from before its registration to after its end', async () => {
    const { broker } = application();
    const pressure = inContext(() => injectPressure(log));
    const seen = [pressure()];
    const open = new Subject();
    const registration = broker.spawn(log, () => open, { capacity: 4 });
    for (const line of ['runs', 'queued', 'queued']) {
      broker.trySend(log, line);
      seen.push(pressure());
    }
    open.complete();
    // A drain may give way to a macrotask.
    await new Promise((resolve) => setTimeout(resolve));
    seen.push(pressure());
    registration.unsubscribe();
    expect([...seen, pressure()]).toEqual([0, 0, 0.25, 0.5, 0, 0]);
  });

  it('is 0 for an unbounded mailbox', () => {
    const { broker } = application();
    broker.spawn(log, () => new Subject(), { capacity: Infinity });
    for (const line of ['runs', 'queued']) broker.trySend(log, line);
    expect(inContext(() => injectPressure(log))()).toBe(0);
  });
});
