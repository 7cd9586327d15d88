import { Component, EnvironmentInjector, Injectable, Injector, Input, createEnvironmentInjector, inject, runInInjectionContext, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { type ActorRef, BrokerError, type MessageBroker, actorId, message, protocol } from 'rx-broker';
import { injectActor, injectDispatch, injectMessageBroker } from 'rx-broker/angular';
import { firstValueFrom } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { application, inContext } from './setup';

const Cart = protocol('cart', { add: message<{ sku: string }>(), count: message<void, number>(), clear: message() });
const cart = actorId(Cart);
const log = actorId<string>('log');

function inChild<T>(work: () => T): { result: T; destroy: () => void } {
  const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
  return { result: runInInjectionContext(injector, work), destroy: () => injector.destroy() };
}

describe('injectActor', () => {
  it('makes an actor of a function, an object, or a protocol and its handlers, with options', async () => {
    const { broker } = application();
    const lines: string[] = [];
    const items: string[] = [];
    const refs = inContext(() => ({
      log: injectActor(log, (line) => lines.push(line), { capacity: 5 }),
      object: injectActor(actorId<string>('object'), { receive: (line) => lines.push(line), onStop: (reason) => void lines.push(String(reason)) }),
      cart: injectActor(cart, Cart, { add: ({ sku }) => items.push(sku), count: () => items.length, clear: () => (items.length = 0) }, { topics: ['carts'], onStart: () => void items.push('first') }),
    }));
    refs.log.trySend('a');
    refs.object.trySend('b');
    broker.publish('carts', Cart.add({ sku: 'c' }));
    expect(await firstValueFrom(refs.cart.send(Cart.count()))).toBe(2);
    expect([lines, items, broker.mailboxMetrics(log)?.capacity]).toEqual([['a', 'b'], ['first', 'c'], 5]);
  });

  it('ends the actor with its injector', () => {
    const { broker } = application();
    const { result: ref, destroy } = inChild(() => injectActor(log, () => {}));
    expect(broker.isRegistered(log)).toBe(true);
    destroy();
    expect(ref.trySend('late')).toMatchObject({ ok: false, code: 'ActorNotFound' });
  });

  it('leaves no actor behind where its component is destroyed already, or by its onStart', () => {
    const { broker } = application();
    @Component({ selector: 'spec-gone', template: '' })
    class Gone {
      readonly injector = inject(Injector);
    }
    const fixture = TestBed.createComponent(Gone);
    const { injector } = fixture.componentInstance;
    const actor = { receive: () => {}, onStart: () => fixture.destroy() };
    expect(injectActor(actorId<string>('started'), actor, { injector }).trySend('a').ok).toBe(false);
    expect(() => injectActor(log, () => {}, { injector })).toThrow('NG0911');
    expect(broker.actorIds()).toEqual([]);
  });

  it('names all options where one is unknown', () => {
    application();
    expect(() => inContext(() => injectActor(log, () => {}, { iftaken: 'unique' } as object))).toThrow(/unknown option 'iftaken', did you mean 'ifTaken'\?.*'capacity', 'ifTaken', 'injector'/);
  });

  it('takes an injector, and refuses options that spawn does not know', () => {
    const { broker } = application();
    const child = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    injectActor(log, () => {}, { injector: child });
    child.destroy();
    expect(broker.isRegistered(log)).toBe(false);
    expect(() => inContext(() => injectActor(log, () => {}, { capacty: 1 } as object))).toThrow("did you mean 'capacity'?");
    expect(() => inContext(() => injectActor(log, () => {}, { ifTaken: 'keep' } as object))).toThrow("ifTaken must be one of 'replace', 'unique'");
    expect(() => injectActor(log, () => {})).toThrow('NG0203');
  });
});

/** A row of a list, with an actor that all rows name alike. */
function rowsWith(ifTaken?: 'replace' | 'unique') {
  @Component({ selector: 'list-row', template: '{{ name }}' })
  class Row {
    @Input() name = '';
    readonly ref = injectActor(log, (line) => seen.push(`${this.name} ${line}`), ifTaken === undefined ? {} : { ifTaken });
  }
  @Component({ selector: 'row-list', imports: [Row], template: '@for (row of rows(); track row.key) { <list-row [name]="row.key" /> }' })
  class List {
    readonly rows = signal([{ key: 'a' }]);
  }
  const seen: string[] = [];
  const { broker } = application();
  const fixture = TestBed.createComponent(List);
  fixture.detectChanges();
  const show = (...keys: string[]): void => {
    fixture.componentInstance.rows.set(keys.map((key) => ({ key })));
    fixture.detectChanges();
  };
  const refs = (): string[] => broker.actorIds();
  return { broker, seen, show, refs };
}

describe('an id that another instance has: @for with a new key makes the new instance first', () => {
  it('is refused, with an error that says what to do', () => {
    const { show } = rowsWith();
    let refused: unknown;
    try {
      show('b');
    } catch (error) {
      refused = error;
    }
    expect(refused).toBeInstanceOf(BrokerError);
    expect(String(refused)).toMatch(/AlreadyRegistered: .*'log'.*ifTaken: 'replace'.*'unique'/);
  });

  it("goes to the new instance with 'replace', and stays when the old one is destroyed", () => {
    const { broker, seen, show, refs } = rowsWith('replace');
    show('b');
    broker.trySend(log, 'x');
    expect([refs(), seen]).toEqual([['log'], ['b x']]);
    show();
    expect(refs()).toEqual([]);
  });

  it("is left to the old one with 'unique', and the new one gets another", () => {
    const { broker, seen, show, refs } = rowsWith('unique');
    show('a', 'b', 'c');
    expect(refs()).toEqual(['log', 'log~2', 'log~3']);
    broker.trySend(actorId<string>('log~2'), 'x');
    expect(seen).toEqual(['b x']);
    show('a', 'c', 'd');
    expect(refs()).toEqual(['log', 'log~3', expect.stringMatching(/^log~\d$/)]);
  });
});

describe('inject() in a handler', () => {
  @Injectable({ providedIn: 'root' })
  class Prices {
    readonly apple = 5;
  }

  it('is refused in development, also where the sender is in an injection context, with the place to inject', () => {
    const { broker } = application();
    const errors: unknown[] = [];
    const ref = inContext(() => injectActor(log, () => inject(Prices).apple));
    const send = (): void => void broker.send(log, 'x').subscribe({ error: (error: unknown) => errors.push(error) });
    inContext(send);
    send();
    expect(errors.map(String)).toEqual(Array(2).fill(expect.stringMatching(/inject\(Prices\) was called by a handler .* where the actor is set up/)));
    expect(ref.id).toBe(log);
  });

  it('is not needed: what is injected beside the handlers can be used by them', async () => {
    application();
    const price = inContext(() => {
      const prices = inject(Prices);
      return injectActor(cart, Cart, { add: () => {}, clear: () => {}, count: () => prices.apple });
    });
    expect(await firstValueFrom(price.send(Cart.count()))).toBe(5);
  });

  it('leaves the context of the sender as it was', () => {
    const { broker } = application();
    inContext(() => {
      injectActor(log, () => {});
      broker.trySend(log, 'x');
      expect(inject(Prices).apple).toBe(5);
      expect(injectMessageBroker()).toBe(broker);
    });
  });
});

describe('injectDispatch', () => {
  it('tells an actor, with options, and has no method for a message with a reply', () => {
    const { broker } = application();
    const seen: unknown[] = [];
    broker.spawn(cart, Cart, { add: ({ sku }, { envelope }) => seen.push([sku, envelope.priority]), count: () => 0, clear: () => seen.push('clear') });
    const dispatch = inContext(() => injectDispatch(cart, Cart));
    expect(dispatch.add({ sku: 'a' }, { priority: 'high' })).toEqual({ ok: true });
    dispatch.clear();
    expect(seen).toEqual([['a', 'high'], 'clear']);
    // @ts-expect-error A message with a reply is asked.
    void dispatch.count;
  });
});

// What must not compile. It is never run.
function mistakes(): void {
  // @ts-expect-error A handler is missing.
  injectActor(cart, Cart, { add: () => {}, count: () => 1 });
  // @ts-expect-error The reply of `count` is a number.
  injectActor(cart, Cart, { add: () => {}, count: () => 'many', clear: () => {} });
  // @ts-expect-error The actor takes other messages.
  injectActor(log, Cart, { add: () => {}, count: () => 1, clear: () => {} });
  // @ts-expect-error No such way.
  injectActor(log, () => {}, { ifTaken: 'keep' });
  const ref: ActorRef<string> = injectActor(log, () => {});
  // @ts-expect-error The actor takes strings.
  ref.trySend(5);
  const dispatch = injectDispatch(cart, Cart);
  // @ts-expect-error The payload is missing.
  dispatch.add();
  // @ts-expect-error The payload is another.
  dispatch.add({ sku: 5 });
  const broker: MessageBroker = injectMessageBroker();
  // @ts-expect-error A message with a reply is asked.
  broker.trySend(cart, Cart.count());
}
void mistakes;
