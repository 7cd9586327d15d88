import 'zone.js';
import 'zone.js/testing';
import '@angular/compiler';
import { NgZone } from '@angular/core';
import { fakeAsync, flushMicrotasks, tick } from '@angular/core/testing';
import { InMemoryMessageBroker, actorId } from 'rx-broker';
import { NEVER, type Observable, Subject, from, of, take, timeout } from 'rxjs';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { deferred, setup, watchFor } from '../broker/setup';

const id = actorId<any>('actor');

interface ZoneSpecs {
  readonly ProxyZoneSpec: new () => ZoneSpec;
}

/** A test in virtual time, which ends with an error where a timer is left. */
function inFakeAsync(work: () => void): void {
  const { ProxyZoneSpec } = Zone as unknown as ZoneSpecs;
  Zone.current.fork(new ProxyZoneSpec()).run(fakeAsync(work, { flush: false }));
}

function zoneNamed(name: string): Zone {
  return Zone.root.fork({ name });
}

/** Keeps the stack for so long that a drain has to give way after a few messages. */
function workFor(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** A channel whose messages come in no zone, as in a browser: zone.js does not patch `onmessage` of ports there. */
class UnpatchedChannel {
  readonly port1 = { onmessage: (): void => {}, close: (): void => {} };
  readonly port2 = { postMessage: (): unknown => Zone.root.run(() => setTimeout(() => this.port1.onmessage())) };
}

/** Angular's zone, and how often it has asked for change detection. */
function countingZone(): { zone: NgZone; checks: () => number } {
  const zone = new NgZone({});
  let checks = 0;
  zone.onMicrotaskEmpty.subscribe(() => checks++);
  return { zone, checks: () => checks };
}

afterEach(() => {
  vi.unstubAllGlobals();
});

describe("in Angular's zone", () => {
  it('an open ask sets off no change detection until it times out (S4)', () => {
    inFakeAsync(() => {
      const { zone, checks } = countingZone();
      const { broker } = setup();
      broker.spawn(id, () => NEVER);
      const asked = zone.run(() => watchFor(broker.send(id, 0, { timeout: 5_000 })));
      const before = checks();
      tick(4_999);
      expect([asked.errored, checks() - before]).toEqual([false, 0]);
      tick(1);
      expect([asked.errored, checks() - before]).toEqual([true, 1]);
    });
  });

  it('asks that an async actor answers set off as many as promises with a timeout do (D4)', async () => {
    const { broker } = setup();
    broker.spawn(id, () => Promise.resolve(1));
    const checksOf = async (ask: () => Observable<unknown>): Promise<number> => {
      const { zone, checks } = countingZone();
      for (let i = 0; i < 3; i++) {
        const asked = zone.run(() => watchFor(ask()));
        // Longer than the 5 ms after which microtasks give way.
        await new Promise((resolve) => setTimeout(resolve, 10));
        expect(asked.values).toEqual([1]);
      }
      return checks();
    };
    const expected = await checksOf(() => from(Promise.resolve(1)).pipe(timeout(5_000)));
    expect(await checksOf(() => broker.send(id, 0))).toBe(expected);
  });
});

describe('in fakeAsync', () => {
  it('no timer is left when all asks have ended, however they did (S4)', async () => {
    const { broker } = setup();
    const later = new Subject();
    const replies: Record<string, () => unknown> = {
      plain: () => 1,
      promise: () => Promise.resolve(1),
      stream: () => of(1, 2),
      later: () => later,
      never: () => NEVER,
    };
    broker.spawn(id, (message: string) => replies[message]!(), { concurrency: 10, turnTimeout: 60_000 });
    // Promises that have settled outside.
    watchFor(broker.send(id, 'promise'));
    await new Promise((resolve) => setTimeout(resolve, 10));
    inFakeAsync(() => {
      const ended = ['plain', 'promise', 'stream', 'later'].map((message) => watchFor(broker.send(id, message)));
      ended.push(watchFor(broker.broadcast('promise')), watchFor(broker.send(id, 'never', { timeout: 100 })));
      ended.push(watchFor(broker.send(id, 'later').pipe(take(1))));
      watchFor(broker.send(id, 'never')).subscription.unsubscribe();
      broker.trySend(id, 'promise');
      later.next(1);
      later.complete();
      flushMicrotasks();
      tick(100);
      expect(ended.map(({ completed, errored }) => completed || errored)).toEqual(ended.map(() => true));
    });
  });

  it('a closed broker leaves no timer (§7)', () => {
    inFakeAsync(() => {
      const broker = new InMemoryMessageBroker({ logger: () => {} });
      broker.metrics$.subscribe();
      broker.spawn(id, () => NEVER, { turnTimeout: 60_000 });
      for (let n = 0; n < 20; n++) broker.trySend(actorId('nobody'), n);
      watchFor(broker.send(id, 0));
      void broker.close({ drain: false });
      flushMicrotasks();
    });
  });

  it('no drain gives way, since time stands still (D4)', async () => {
    const { broker } = setup();
    const asynchronous = actorId<any>('asynchronous');
    broker.spawn(id, (left: number) => {
      workFor(2);
      if (left > 0) broker.trySend(id, left - 1);
    });
    broker.spawn(asynchronous, (n: number) => {
      workFor(2);
      return Promise.resolve(n);
    });
    watchFor(broker.send(asynchronous, 0));
    await new Promise((resolve) => setTimeout(resolve, 10));
    inFakeAsync(() => {
      broker.trySend(id, 10);
      expect(broker.metrics().pending).toBe(0);
      const asked = [1, 2, 3, 4, 5, 6].map((n) => watchFor(broker.send(asynchronous, n)));
      flushMicrotasks();
      expect(asked.map(({ values }) => values)).toEqual([[1], [2], [3], [4], [5], [6]]);
    });
  });
});

describe('each caller has its own zone', () => {
  it('where its ask times out, sent from outside or from a turn (S4)', async () => {
    const { broker } = setup();
    const asker = actorId<any>('asker');
    const seen: string[] = [];
    const note = (how: string): void => void seen.push(`${how} in ${Zone.current.name}`);
    const ask = (how: string): void => void broker.send(id, 0, { timeout: 5 }).subscribe({ error: () => note(how) });
    broker.spawn(id, () => NEVER);
    broker.spawn(asker, ask);
    for (const name of ['a', 'b', 'c']) zoneNamed(name).run(() => ask('asked'));
    zoneNamed('d').run(() => broker.trySend(asker, 'asked by a turn'));
    zoneNamed('e').run(() => void broker.broadcastFilter(0, (target) => target === id, { timeout: 5 }).subscribe(() => note('broadcast')));
    await vi.waitUntil(() => seen.length === 5);
    expect(seen).toEqual(['asked in a', 'asked in b', 'asked in c', 'asked by a turn in d', 'broadcast in e']);
  });
});

describe('a handler runs in the zone of the code that drains (S7)', () => {
  it("the caller's where the actor is idle, and where that drain runs what others send meanwhile", () => {
    const { broker } = setup();
    const seen: string[] = [];
    broker.spawn(id, (n: number) => {
      seen.push(Zone.current.name);
      if (n === 1) zoneNamed('b').run(() => broker.trySend(id, 2));
    });
    zoneNamed('a').run(() => broker.trySend(id, 1));
    expect(seen).toEqual(['a', 'a']);
  });

  it('that of the promise which frees the actor', async () => {
    const { broker } = setup();
    const { promise, resolve } = deferred();
    const seen: string[] = [];
    broker.spawn(id, () => {
      seen.push(Zone.current.name);
      return promise;
    });
    zoneNamed('a').run(() => broker.trySend(id, 1));
    zoneNamed('b').run(() => broker.trySend(id, 2));
    resolve(undefined);
    await promise;
    await Promise.resolve();
    expect(seen).toEqual(['a', 'a']);
  });

  it.each<[string, Record<string, unknown>]>([
    ['setImmediate', {}],
    ['a MessageChannel', { setImmediate: undefined }],
    ["a browser's MessageChannel", { setImmediate: undefined, MessageChannel: UnpatchedChannel }],
    ['setTimeout', { setImmediate: undefined, MessageChannel: undefined }],
  ])('also after the drain has given way, by %s (D4)', async (_, globals) => {
    for (const [name, value] of Object.entries(globals)) vi.stubGlobal(name, value);
    const { broker } = setup();
    const { promise, resolve } = deferred();
    const seen: string[] = [];
    broker.spawn(id, (left: number) => {
      workFor(3);
      seen.push(Zone.current.name);
      if (left > 0) broker.trySend(id, left - 1);
      else resolve(undefined);
    });
    zoneNamed('a').run(() => broker.trySend(id, 9));
    expect(seen.length).toBeLessThan(10);
    await promise;
    expect(new Set(seen)).toEqual(new Set(['a']));
  });
});
