import { type Observable, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import type { DeskEngine } from './order-desk/desk-engine';
import type { Load } from './order-desk/load';
import type { OrderDraft } from './order-desk/messages';
import { openOrderDesk } from './order-desk/order-desk';
import { type EndedOrder } from './order-desk/order-ledger';
import { quotesAt, quotesFrom, TRAIL } from './order-desk/quote-board';
import { openSubjectDesk } from './order-desk/subject-desk/open-subject-desk';
import { levelOf, volumeByPrice } from './order-desk/volume-by-price';

const QUIET: Partial<Load> = { feedRate: 0, orderRate: 0 };
const draft = (about: Partial<OrderDraft> = {}): OrderDraft => ({ side: 'buy', symbol: 'ACME', quantity: 10, limit: 10_050, ...about });

/** A desk in virtual time. `at` plays the time up to these milliseconds. */
function setup(open: typeof openOrderDesk | typeof openSubjectDesk, load: Partial<Load> = QUIET): { engine: DeskEngine; at: (ms: number) => void } {
  const scheduler = new VirtualTimeScheduler();
  const engine = open({ scheduler, load });
  return {
    engine,
    at(ms) {
      scheduler.maxFrames = ms;
      scheduler.flush();
    },
  };
}

/** What a stream has told so far. */
function told<T>(stream$: Observable<T>): (T | string)[] {
  const seen: (T | string)[] = [];
  stream$.subscribe({ next: (value) => seen.push(value), error: (error: unknown) => seen.push(String(error)), complete: () => seen.push('complete') });
  return seen;
}

describe.each([
  ['rx-broker', openOrderDesk],
  ['Subjects', openSubjectDesk],
] as const)('a desk on %s', (_name, open) => {
  it('tells how an order has ended that was placed by hand', () => {
    const { engine, at } = setup(open);
    const all = told(engine.endings$);
    const replies = [draft(), draft({ side: 'sell' }), draft({ quantity: 901 })].map((each) => told(engine.place(each)));
    expect(engine.snapshot().orders).toMatchObject({ placed: 3, open: 3 });
    at(100);
    expect(replies).toEqual([
      [{ order: { id: 1, ...draft() }, end: 'filled', cents: 10_000 }, 'complete'],
      [{ order: { id: 2, ...draft({ side: 'sell' }) }, end: 'moved' }, 'complete'],
      [{ order: { id: 3, ...draft({ quantity: 901 }) }, end: 'refused' }, 'complete'],
    ]);
    expect(all).toHaveLength(3);
    expect(engine.snapshot().orders).toMatchObject({ filled: 1, rejected: 2, open: 0 });
  });

  it('goes on with an order whose end nobody waits for', () => {
    const { engine, at } = setup(open);
    engine.place(draft()).subscribe().unsubscribe();
    at(100);
    expect(engine.snapshot().orders).toMatchObject({ filled: 1, open: 0 });
  });

  it('answers whether the risk service would approve an order', () => {
    const { engine, at } = setup(open);
    const [yes, no] = [900, 901].map((quantity) => told(engine.check(draft({ quantity }))));
    at(100);
    expect([yes, no]).toEqual([
      [{ isApproved: true }, 'complete'],
      [{ isApproved: false }, 'complete'],
    ]);
    expect(engine.snapshot().orders.placed).toBe(0);
  });

  it('ends every order of a calm day, and has queues that stay short', () => {
    const { engine, at } = setup(open, {});
    at(5_000);
    engine.setLoad({ orderRate: 0 });
    at(5_500);
    const { orders, actors } = engine.snapshot();
    expect(orders).toMatchObject({ open: 0, by: { lost: 0 } });
    expect(orders.filled).toBeGreaterThan(100);
    for (const { depth } of actors) expect(depth).toBeLessThan(4);
  });
});

describe('a desk on rx-broker', () => {
  it('sets an order aside whose risk check fails, says why, and ends it when it is sent again', () => {
    const { engine, at } = setup(openOrderDesk, { ...QUIET, riskFailureRate: 1 });
    const replies = Array.from({ length: 6 }, () => told(engine.place(draft())));
    at(1_000);
    for (const [index, reply] of replies.entries()) expect(reply).toEqual([`OrderSetAside: order ${index + 1} is set aside: HandlerFailed`]);
    expect(engine.deadLetters()).toHaveLength(6);
    expect(engine.snapshot()).toMatchObject({ parked: 6, orders: { open: 6 } });
    engine.setLoad({ riskFailureRate: 0 });
    engine.redeliver();
    at(2_000);
    expect(engine.deadLetters()).toEqual([]);
    expect(engine.snapshot()).toMatchObject({ parked: 0, redelivered: 6, orders: { filled: 6, open: 0 } });
  });

  it('says at once that its mailbox has no place for an order', () => {
    const { engine } = setup(openOrderDesk);
    const replies = Array.from({ length: 70 }, () => told(engine.place(draft())));
    // Four are at work, 64 wait.
    expect(replies.map(([first]) => first).filter(Boolean)).toEqual([69, 70].map((id) => `OrderSetAside: order ${id} is set aside: MailboxFull`));
  });

  it('calls off a risk check that nobody waits for', () => {
    const { engine, at } = setup(openOrderDesk, { ...QUIET, riskLatency: 1_000 });
    const inFlight = (): number | undefined => engine.snapshot().actors.find(({ name }) => name === 'risk')?.inFlight;
    const asked = engine.check(draft()).subscribe();
    at(100);
    expect(inFlight()).toBe(1);
    asked.unsubscribe();
    expect(inFlight()).toBe(0);
  });
});

describe('a desk on Subjects', () => {
  it('is dead after the first risk check that fails: no order ends any more, and the queue grows', () => {
    const { engine, at } = setup(openSubjectDesk, {});
    at(2_000);
    engine.setLoad({ riskFailureRate: 1 });
    at(3_000);
    engine.setLoad({ riskFailureRate: 0 });
    at(4_000);
    const { actors, orders } = engine.snapshot();
    expect(actors.find(({ name }) => name === 'risk')).toMatchObject({ diedOf: 'risk: no connection' });
    const waiting = (): number => engine.snapshot().actors.find(({ name }) => name === 'desk')!.depth;
    const before = waiting();
    at(14_000);
    expect(engine.snapshot().orders.filled).toBe(orders.filled);
    expect(waiting() - before).toBeGreaterThan(300);
  });

  it('goes on with a risk check that nobody waits for', () => {
    const { engine, at } = setup(openSubjectDesk, { ...QUIET, riskLatency: 1_000 });
    engine.check(draft()).subscribe().unsubscribe();
    at(100);
    expect(engine.snapshot().actors.find(({ name }) => name === 'risk')?.inFlight).toBe(1);
  });
});

describe('the quotes', () => {
  it('keep the last prices as a trail, and its first one as the reference', () => {
    const prices = (cents: number) => [{ symbol: 'ACME', cents } as const, ...(['BOLT', 'CRUX', 'DUNE'] as const).map((symbol) => ({ symbol, cents: 1 }))];
    let quotes = quotesFrom(prices(1));
    for (let cents = 2; cents <= TRAIL + 5; cents++) quotes = quotesAt(quotes, prices(cents), true);
    quotes = quotesAt(quotes, prices(99), false);
    expect(quotes[0]).toMatchObject({ symbol: 'ACME', cents: 99, reference: 6 });
    expect(quotes[0]!.trail).toHaveLength(TRAIL);
    expect(quotes[0]!.trail.at(-1)).toBe(TRAIL + 5);
  });
});

describe('the volume by price', () => {
  it('adds up what was filled at each level, and leaves out other symbols and what was not filled', () => {
    const ended = (about: Partial<OrderDraft>, cents?: number): EndedOrder => ({ order: { id: 1, ...draft(about) }, end: cents === undefined ? 'moved' : 'filled', ...(cents !== undefined && { cents }) });
    const orders = [ended({}, 10_004), ended({ quantity: 5 }, 10_009), ended({ side: 'sell' }, 9_999), ended({ symbol: 'BOLT' }, 10_000), ended({}), ended({}, 20_000)];
    expect(volumeByPrice(orders, 'ACME', 10_003, 3)).toEqual([
      { cents: 10_020, bought: 0, sold: 0 },
      { cents: 10_000, bought: 15, sold: 0 },
      { cents: 9_980, bought: 0, sold: 10 },
    ]);
    expect(levelOf(10_019)).toBe(10_000);
  });
});
