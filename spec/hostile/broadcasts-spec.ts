import { type ActorContext, type BroadcastResult, actorId } from 'rx-broker';
import { describe, expect, it } from 'vitest';
import { watchFor } from '../broker/setup';
import { MODES, ORDINARY, Trial } from './trial';

const names = ['a', 'b', 'c', 'd'];
const ids = names.map((name) => actorId<any>(name));

/** Registers four actors. The second one does `deed` in its own turn of a broadcast. */
function four(trial: Trial, deed: (context: ActorContext) => void, got: string[]): void {
  for (const id of ids) {
    trial.broker.spawn(
      id,
      (message, context) => {
        if (message !== ORDINARY) got.push(id);
        if (message === 'now' && id === 'b') deed(context);
        return 'fine';
      },
      { topics: ['news'] },
    );
  }
}

/** The value of each target's result, or the code of its failure. */
const outcomes = (values: readonly unknown[]): unknown[] =>
  (values as BroadcastResult[]).map((result) => (result.ok ? result.value : (result.error as { code?: string }).code));

const unregisterAll = ({ broker }: ActorContext): void => {
  for (const id of ids) broker.unregister(id);
};

describe.each(MODES)('$mode: a broadcast in which an actor', ({ observed }) => {
  it('unregisters itself reaches all the others (R3)', async () => {
    const trial = new Trial({ observed });
    const got: string[] = [];
    four(trial, ({ broker, self }) => broker.unregister(self), got);
    const seen = watchFor(trial.broker.broadcastFilter('now', (id) => ids.includes(id)));
    expect(got).toEqual(names);
    expect(outcomes(seen.values)).toEqual(['fine', 'ActorNotFound', 'fine', 'fine']);
    trial.expectCounts({ totalSent: 4, totalSucceeded: 3, totalAborted: 1, registeredActors: 3 });
    // The bystander is a target, too.
    expect(watchFor(trial.broker.broadcast(ORDINARY)).values).toHaveLength(4);
    expect(trial.broker.tryBroadcast(ORDINARY)).toBe(4);
    trial.expectCounts({ totalSent: 12, totalSucceeded: 11, totalAborted: 1 });
    await trial.expectUnharmed(ids[0]!, ids[2]!);
  });

  it('unregisters everyone has one result for each, and runs no turn of those that are gone (R2, R3)', async () => {
    const trial = new Trial({ observed });
    const got: string[] = [];
    four(trial, unregisterAll, got);
    const seen = watchFor(trial.broker.broadcastFilter('now', (id) => ids.includes(id)));
    expect(got).toEqual(['a', 'b']);
    expect(outcomes(seen.values)).toEqual(['fine', 'ActorNotFound', 'ActorNotFound', 'ActorNotFound']);
    expect(seen.completed).toBe(true);
    trial.expectCounts({ totalSent: 4, totalDelivered: 2, totalSucceeded: 1, totalAborted: 1, totalFailed: 2, registeredActors: 0 });
    await trial.expectUnharmed();
  });

  it.each([
    ['tryBroadcast', ({ broker }: Trial) => broker.tryBroadcast('now', (id) => ids.includes(id))],
    ['publish', ({ broker }: Trial) => broker.publish('news', 'now')],
  ])('unregisters everyone counts each message that %s had offered, and makes a dead letter of it (R2)', async (_, cast) => {
    const trial = new Trial({ observed });
    const got: string[] = [];
    four(trial, unregisterAll, got);
    expect(cast(trial)).toBe(4);
    expect(got).toEqual(['a', 'b']);
    trial.expectCounts({ totalSent: 4, totalSucceeded: 1, totalAborted: 1, totalFailed: 2, totalDeadLettered: 3, registeredActors: 0 });
    expect(trial.letters.map(({ target, reason }) => [target, reason])).toEqual(['b', 'c', 'd'].map((target) => [target, 'ActorNotFound']));
    await trial.expectUnharmed();
  });

  it('replaces all actors sends nothing to the new ones (R4)', async () => {
    const trial = new Trial({ observed });
    const got: string[] = [];
    four(
      trial,
      (context) => {
        unregisterAll(context);
        for (const id of ids) context.broker.spawn(id, (message) => (message === ORDINARY ? 'fine' : void got.push(`new ${id}`)));
      },
      got,
    );
    trial.broker.tryBroadcast('now', (id) => ids.includes(id));
    expect(got).toEqual(['a', 'b']);
    trial.expectCounts({ totalSent: 4, totalSucceeded: 1, totalAborted: 1, totalFailed: 2, registeredActors: 4 });
    await trial.expectUnharmed(...ids);
  });

  it('broadcasts again sends the second one after the first at every target (R4)', async () => {
    const trial = new Trial({ observed });
    const got = ids.map((): unknown[] => []);
    for (const [index, id] of ids.entries()) {
      trial.broker.spawn(id, (left: unknown, { broker }) => {
        if (typeof left !== 'number') return 'fine';
        got[index]!.push(left);
        if (id === 'b' && left > 0) broker.tryBroadcast(left - 1, (target) => ids.includes(target));
        return undefined;
      });
    }
    trial.broker.tryBroadcast(50, (target) => ids.includes(target));
    for (const own of got) expect(own).toEqual(Array.from({ length: 51 }, (_, i) => 50 - i));
    trial.expectCounts({ totalSent: 204, totalSucceeded: 204 });
    await trial.expectUnharmed(...ids);
  });

  it.each([true, false])('closes the broker settles every target, drain: %s (§7)', async (drain) => {
    const trial = new Trial({ observed });
    const got: string[] = [];
    let closing: Promise<void> | undefined;
    four(trial, ({ broker }) => void (closing = broker.close({ drain })), got);
    const seen = watchFor(trial.broker.broadcastFilter('now', (id) => ids.includes(id)));
    await closing;
    expect(got).toEqual(drain ? names : ['a', 'b']);
    expect(outcomes(seen.values)).toEqual(drain ? ['fine', 'fine', 'fine', 'fine'] : ['fine', 'BrokerClosed', 'BrokerClosed', 'BrokerClosed']);
    expect(trial.metrics).toMatchObject(drain ? { totalSent: 4, totalSucceeded: 4 } : { totalSent: 4, totalSucceeded: 1, totalAborted: 1, totalFailed: 2 });
    trial.expectClosed();
  });
});

describe.each(MODES)('$mode: an actor that closes the broker in its turn', ({ observed }) => {
  const id = actorId<any>('closer');

  it.each([true, false])('gets no later message, and leaves nothing open, drain: %s (§7)', async (drain) => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const sent: unknown[] = [];
    broker.spawn(id, (message, context) => {
      if (message !== 'close') return 'fine';
      void context.broker.close({ drain });
      sent.push(context.trySend(id, ORDINARY), broker.trySend(id, ORDINARY));
      return 'closed';
    });
    const seen = watchFor(broker.send(id, 'close'));
    const late = watchFor(broker.send(id, ORDINARY));
    await broker.close();
    // The closing broker takes what running turns send, until their actors end.
    expect(sent).toMatchObject([{ ok: drain }, { ok: drain }]);
    if (drain) expect(seen).toMatchObject({ values: ['closed'], completed: true });
    else expect(seen.error).toMatchObject({ code: 'BrokerClosed', started: true });
    expect(late.error).toMatchObject({ code: 'BrokerClosed', started: false });
    expect(trial.metrics).toMatchObject(
      drain ? { totalSent: 4, totalSucceeded: 3, totalFailed: 1 } : { totalSent: 4, totalAborted: 1, totalFailed: 3 },
    );
    trial.expectClosed();
  });

  it('from every handler, observer and callback at once is closed once', async () => {
    const trial = new Trial({ observed });
    const { broker } = trial;
    const closings = new Set<Promise<void>>();
    const close = (): void => void closings.add(broker.close());
    broker.spawn(id, { receive: close, onStop: close });
    broker.deadLetters$.subscribe(close);
    broker.events$.subscribe(close);
    broker.watch(id).subscribe({ next: close, complete: close });
    broker.topic$('t').subscribe({ next: close, complete: close });
    broker.send(id, 1).subscribe({ next: close, error: close, complete: close });
    broker.publish('t', 1);
    await broker.close();
    expect(closings.size).toBe(1);
    trial.expectClosed();
  });
});
