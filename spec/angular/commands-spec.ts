import { EnvironmentInjector, createEnvironmentInjector, effect, signal } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { SendError, actorId, message, protocol } from 'rx-broker';
import { type Command, type CommandResult, type InjectCommandOptions, injectCommand } from 'rx-broker/angular';
import { NEVER, Subject, finalize } from 'rxjs';
import { describe, expect, expectTypeOf, it } from 'vitest';
import { application, inContext } from './setup';

const Shop = protocol('shop', { pay: message<{ cents: number }, string>(), close: message() });
const shop = actorId(Shop);

/** A command whose calls are answered by the spec: `reply(cents)` ends the call with these cents. */
function paying(options: InjectCommandOptions = {}) {
  const { broker, tick } = application();
  const turns = new Map<number, Subject<string>>();
  broker.spawn(shop, Shop, {
    pay: ({ cents }) => {
      const turn = new Subject<string>();
      turns.set(cents, turn);
      return turn;
    },
    close: () => {},
  }, { concurrency: 10 });
  const pay = inContext(() => injectCommand(shop, Shop.pay, options));
  const reply = (cents: number): void => {
    turns.get(cents)!.next(`paid ${cents}`);
    turns.get(cents)!.complete();
  };
  const started = (): number[] => [...turns.keys()];
  const running = (): number[] => [...turns].filter(([, turn]) => turn.observed).map(([cents]) => cents);
  const shown = (): unknown[] => [pay.status(), pay.isPending(), pay.value(), pay.error()];
  return { broker, tick, pay, reply, turns, started, running, shown };
}

describe('injectCommand', () => {
  it('shows what becomes of a call, and gives it as a promise', async () => {
    const { pay, reply, shown } = paying();
    expect(shown()).toEqual(['idle', false, undefined, undefined]);
    const paid = pay({ cents: 5 });
    expect(shown()).toEqual(['pending', true, undefined, undefined]);
    reply(5);
    expect(shown()).toEqual(['success', false, 'paid 5', undefined]);
    expect(await paid).toEqual({ status: 'success', value: 'paid 5' });
  });

  it('shows the error of the handler, unchanged, or of the broker, until a call succeeds', async () => {
    const { broker, pay, reply, turns, shown } = paying();
    const failure = new Error('declined');
    const failed = pay({ cents: 5 });
    turns.get(5)!.error(failure);
    expect(shown()).toEqual(['error', false, undefined, failure]);
    expect(await failed).toEqual({ status: 'error', error: failure });
    void pay({ cents: 6 });
    reply(6);
    expect(shown()).toEqual(['success', false, 'paid 6', undefined]);
    broker.unregister(shop);
    await pay({ cents: 7 });
    expect(pay.error()).toBeInstanceOf(SendError);
    expect([pay.status(), pay.value()]).toEqual(['error', undefined]);
  });

  it("runs calls in order with 'concat', the default", async () => {
    const { pay, reply, started, shown } = paying();
    const [first, second] = [pay({ cents: 1 }), pay({ cents: 2 })];
    expect(started()).toEqual([1]);
    reply(1);
    await first;
    expect(started()).toEqual([1, 2]);
    expect(shown().slice(0, 2)).toEqual(['pending', true]);
    reply(2);
    expect([await first, await second]).toEqual([{ status: 'success', value: 'paid 1' }, { status: 'success', value: 'paid 2' }]);
  });

  it("runs a long queue whose replies are synchronous, in a flat loop", async () => {
    const { broker, tick } = application();
    let first: ((reply: string) => void) | undefined;
    broker.spawn(shop, Shop, { pay: ({ cents }) => (cents === 0 ? new Promise<string>((resolve) => (first = resolve)) : 'paid'), close: () => {} });
    const pay = inContext(() => injectCommand(shop, Shop.pay));
    const calls = Array.from({ length: 20_000 }, (_, cents) => pay({ cents }));
    first!('paid');
    expect((await Promise.all(calls)).every(({ status }) => status === 'success')).toBe(true);
    tick();
  });

  it("cancels the call before with 'switch'", async () => {
    const { pay, reply, running } = paying({ strategy: 'switch' });
    const [first, second] = [pay({ cents: 1 }), pay({ cents: 2 })];
    expect(running()).toEqual([2]);
    reply(2);
    expect([await first, await second]).toEqual([{ status: 'aborted' }, { status: 'success', value: 'paid 2' }]);
  });

  it("refuses a call while one is pending with 'exhaust'", async () => {
    const { pay, reply, started } = paying({ strategy: 'exhaust' });
    const [first, second] = [pay({ cents: 1 }), pay({ cents: 2 })];
    reply(1);
    expect([await first, await second, started()]).toEqual([{ status: 'success', value: 'paid 1' }, { status: 'aborted' }, [1]]);
    void pay({ cents: 3 });
    expect(started()).toEqual([1, 3]);
  });

  it("sends every call at once with 'merge'", async () => {
    const { pay, reply, running, shown } = paying({ strategy: 'merge' });
    const [first, second] = [pay({ cents: 1 }), pay({ cents: 2 })];
    expect(running()).toEqual([1, 2]);
    reply(2);
    expect(shown()).toEqual(['pending', true, 'paid 2', undefined]);
    reply(1);
    expect([await first, await second, pay.value()]).toEqual([{ status: 'success', value: 'paid 1' }, { status: 'success', value: 'paid 2' }, 'paid 1']);
  });

  it.each(['concat', 'merge'] as const)("aborts what is pending when its injector is destroyed, and refuses later calls, with '%s'", async (strategy) => {
    const { broker } = paying();
    const seen: AbortSignal[] = [];
    broker.unregister(shop);
    broker.spawn(shop, Shop, { pay: (_message, { signal }) => (seen.push(signal), new Promise<string>(() => {})), close: () => {} }, { concurrency: 2 });
    const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    const pay = injectCommand(shop, Shop.pay, { injector, strategy });
    const calls = [pay({ cents: 1 }), pay({ cents: 2 })];
    injector.destroy();
    expect(await Promise.all([...calls, pay({ cents: 3 })])).toEqual(Array(3).fill({ status: 'aborted' }));
    expect(seen.map(({ aborted }) => aborted)).toEqual(strategy === 'merge' ? [true, true] : [true]);
    expect([pay.status(), pay.isPending()]).toEqual(['idle', false]);
  });

  it('reads no signal when it is called in an effect', () => {
    const { pay, reply, tick } = paying();
    let runs = 0;
    inContext(() => effect(() => {
      if (++runs < 3) void pay({ cents: runs });
    }));
    tick();
    reply(1);
    tick();
    expect(runs).toBe(1);
  });

  it('reads no signal of its creator when it is called in an effect', () => {
    const { tick } = paying();
    const rate = signal(2);
    const pay = inContext(() => injectCommand(shop, (euros: number) => Shop.pay({ cents: rate() * euros })));
    let runs = 0;
    inContext(() => effect(() => void (runs++, pay(1))));
    tick();
    rate.set(3);
    tick();
    expect(runs).toBe(1);
  });

  it('cancels a call whose handler destroys its injector (S3)', async () => {
    const { broker } = application();
    const injector = createEnvironmentInjector([], TestBed.inject(EnvironmentInjector));
    let isStopped = false;
    broker.spawn(shop, Shop, {
      pay: () => {
        injector.destroy();
        return NEVER.pipe(finalize(() => (isStopped = true)));
      },
      close: () => {},
    });
    expect(await injectCommand(shop, Shop.pay, { injector })({ cents: 1 })).toEqual({ status: 'aborted' });
    expect([isStopped, broker.metrics().openRequests]).toEqual([true, 0]);
  });

  it("cancels with 'switch' a call whose handler makes the next one", async () => {
    const { broker } = application();
    const stopped: number[] = [];
    broker.spawn(shop, Shop, {
      pay: ({ cents }) => {
        if (cents === 1) void pay({ cents: 2 });
        return NEVER.pipe(finalize(() => stopped.push(cents)));
      },
      close: () => {},
    }, { concurrency: 10 });
    const pay = inContext(() => injectCommand(shop, Shop.pay, { strategy: 'switch' }));
    expect(await pay({ cents: 1 })).toEqual({ status: 'aborted' });
    expect([stopped, pay.isPending(), broker.metrics().openRequests]).toEqual([[1], true, 1]);
  });

  it('refuses an unknown option with all that it takes, and a creator that is none', () => {
    application();
    expect(() => inContext(() => injectCommand(shop, Shop.pay, { strateg: 'merge' } as object))).toThrow(/unknown option 'strateg', did you mean 'strategy'\?.*'timeout', 'injector', 'strategy'/);
    expect(() => inContext(() => injectCommand(shop, undefined as never))).toThrow('creator must be a function, got undefined');
  });

  it('passes timeout and priority on, and refuses an unknown strategy', async () => {
    const { broker, pay } = paying({ timeout: 1, priority: 'low' });
    let priority = '';
    broker.events$.subscribe((event) => event.kind === 'sent' && (priority = event.priority));
    expect(await pay({ cents: 1 })).toMatchObject({ status: 'error', error: { code: 'Timeout' } });
    expect(priority).toBe('low');
    expect(() => inContext(() => injectCommand(shop, Shop.pay, { strategy: 'first' as never }))).toThrow("strategy must be one of 'concat', 'switch', 'exhaust', 'merge'");
  });
});

// What must compile, and what must not. It is never run.
function types(): void {
  const pay = injectCommand(shop, Shop.pay);
  expectTypeOf(pay).toExtend<Command<[{ readonly cents: number }], string>>();
  expectTypeOf(pay({ cents: 1 })).toEqualTypeOf<Promise<CommandResult<string>>>();
  expectTypeOf(pay.value()).toEqualTypeOf<string | undefined>();
  expectTypeOf(injectCommand(shop, Shop.close)()).toEqualTypeOf<Promise<CommandResult<void>>>();
  expectTypeOf(injectCommand(shop, (euros: number) => Shop.pay({ cents: 100 * euros }))).toExtend<Command<[number], string>>();
  // @ts-expect-error The payload is missing.
  void pay();
  // @ts-expect-error The payload is another.
  void pay({ cents: 'one' });
  // @ts-expect-error The actor does not accept this message.
  injectCommand(shop, (text: string) => ({ type: 'other', text }));
  // @ts-expect-error No such strategy.
  injectCommand(shop, Shop.pay, { strategy: 'first' });
}
void types;
