import 'zone.js';
import { NgZone, provideZoneChangeDetection } from '@angular/core';
import { TestBed } from '@angular/core/testing';
import { actorId, message, protocol } from 'rx-broker';
import { injectBrokerMetrics, injectCommand, injectRequest, provideMessageBroker } from 'rx-broker/angular';
import { Subject } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { application, inContext } from './setup';

const Shop = protocol('shop', { pay: message<{ cents: number }, string>() });
const shop = actorId(Shop);

const wait = (ms: number): Promise<void> => Zone.root.run(() => new Promise((resolve) => setTimeout(resolve, ms)));

/** An application with zone.js, in whose zone `work` runs; how often it detects changes, and whether it is stable. */
function zoned(...providers: Parameters<typeof application>) {
  const { broker, tick } = application(provideZoneChangeDetection(), ...providers);
  const zone = TestBed.inject(NgZone);
  let checks = 0;
  zone.onMicrotaskEmpty.subscribe(() => checks++);
  const run = <T>(work: () => T): T => zone.run(() => inContext(work));
  return { broker, tick, run, checks: () => checks, isStable: () => !zone.hasPendingMacrotasks && !zone.hasPendingMicrotasks };
}

describe("in Angular's zone", () => {
  it('an open command detects no changes until its reply is there; then the application is stable (S4)', async () => {
    const { broker, run, checks, isStable } = zoned();
    const open = new Subject<string>();
    broker.spawn(shop, Shop, { pay: () => open });
    const pay = run(() => injectCommand(shop, Shop.pay));
    const paid = run(() => pay({ cents: 5 }));
    await wait(10);
    const before = checks();
    expect(isStable()).toBe(false);
    await wait(300);
    expect(checks()).toBe(before);
    open.next('paid');
    open.complete();
    await paid;
    await wait(10);
    expect(isStable()).toBe(true);
  });

  it('so does an open request', async () => {
    const { broker, tick, run, checks, isStable } = zoned();
    const open = new Subject<string>();
    broker.spawn(shop, Shop, { pay: () => open });
    const paid = run(() => injectRequest(shop, () => Shop.pay({ cents: 5 })));
    run(tick);
    await wait(10);
    const before = checks();
    expect([isStable(), paid.status()]).toEqual([false, 'loading']);
    await wait(300);
    expect(checks()).toBe(before);
    open.next('paid');
    open.complete();
    await wait(10);
    expect([isStable(), paid.value()]).toEqual([true, 'paid']);
  });

  it('metrics are renewed outside of it: the application is stable', async () => {
    const { broker, run, isStable } = zoned(provideMessageBroker({ metricsInterval: 10, logDeadLetters: false }));
    const metrics = run(() => injectBrokerMetrics());
    await wait(1);
    expect(isStable()).toBe(true);
    broker.trySend(actorId('nobody'), 0);
    await wait(50);
    expect([isStable(), metrics().totalSent]).toEqual([true, 1]);
  });

  it('a log of many dead letters leaves it stable, although a count is still to be written', async () => {
    const { broker, run, isStable } = zoned(provideMessageBroker({ logger: () => {} }));
    run(() => {
      for (let n = 0; n < 20; n++) broker.trySend(actorId('nobody'), n);
    });
    await wait(1);
    expect(isStable()).toBe(true);
  });
});
