import { Mailbox, actorId } from 'rx-broker';
import { NEVER } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { setupStill as setup, watchFor } from '../broker/setup';

describe('the pressure of a mailbox', () => {
  it('tells an observer that comes inside of another one its value now, then what changes after that (D0)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(4);
    const id = actorId<number>('observed');
    broker.register(id, mailbox);
    const seen: number[] = [];
    const observe = (): unknown => mailbox.pressure$.subscribe((pressure) => seen.push(pressure));
    broker.topic$('t').subscribe(() => {
      observe();
      for (const n of [1, 2]) broker.trySend(id, n);
    });
    broker.publish('t', 0);
    expect(seen).toEqual([0, 0.25, 0.5]);
    // And who sends when it is told the current one hears of that.
    const late: number[] = [];
    mailbox.pressure$.subscribe((pressure) => {
      late.push(pressure);
      if (pressure === 0.5) mailbox.next(3);
    });
    expect(late).toEqual([0.5, 0.75]);
  });

  it('tells an observer that comes while others are told its value now, then only newer ones (D0)', () => {
    const mailbox = Mailbox.bounded<number>(4);
    const late: number[] = [];
    const observeLate = (): unknown => mailbox.pressure$.subscribe((one) => late.push(one));
    let isFirst = true;
    const early = watchFor(mailbox.pressure$);
    mailbox.pressure$.subscribe((pressure) => {
      if (pressure === 0 || !isFirst) return;
      isFirst = false;
      mailbox.next(2);
      mailbox.next(3);
      observeLate();
      mailbox.next(4);
    });
    mailbox.next(1);
    expect(late).toEqual([0.75, 1]);
    expect(early.values).toEqual([0, 0.25, 0.5, 0.75, 1]);
    mailbox.receive(() => {});
    expect(late).toEqual([0.75, 1, 0.75, 0.5, 0.25, 0]);
  });

  it('completes at once where the mailbox has ended, as all its streams do (M6)', () => {
    const mailbox = Mailbox.bounded<number>(4);
    mailbox.close();
    const seen = [mailbox.pressure$, mailbox.losses$, mailbox.deliveries$, mailbox.idle$].map((stream) => watchFor(stream));
    expect(seen.map(({ values, completed }) => [values, completed])).toEqual([[[0], true], [[], true], [[], true], [[true], true]]);
  });

  it('is told: the current value first, then each change (M6)', () => {
    const mailbox = Mailbox.bounded<number>(4);
    mailbox.next(1);
    const seen = watchFor(mailbox.pressure$);
    mailbox.next(2);
    mailbox.next(3);
    mailbox.receive(() => NEVER as never);
    expect(seen.values).toEqual([0.25, 0.5, 0.75, 0.5]);
    expect(watchFor(Mailbox.unbounded().pressure$).values).toEqual([0]);
  });
});

describe('the streams of a mailbox', () => {
  it('are the same for all observers (M6)', () => {
    const mailbox = Mailbox.bounded<number>(2);
    const seen = [mailbox.pressure$, mailbox.pressure$, mailbox.losses$, mailbox.losses$].map((stream) => watchFor(stream).values);
    for (const n of [1, 2, 3]) mailbox.next(n);
    const loss = { message: 3, code: 'MailboxFull' };
    expect(seen).toEqual([[0, 0.5, 1], [0, 0.5, 1], [loss], [loss]]);
  });

  it('tell the messages that a closing broker refuses (§7)', () => {
    const { broker } = setup();
    const mailbox = Mailbox.bounded<number>(2);
    broker.register(actorId('a'), mailbox);
    mailbox.receive(() => NEVER as never);
    mailbox.next(1);
    void broker.close();
    const losses = watchFor(mailbox.losses$);
    mailbox.next(2);
    expect(losses.values).toEqual([{ message: 2, code: 'BrokerClosed' }]);
  });
});

describe('the streams of a mailbox', () => {
  it.each(['deliveries$', 'pressure$', 'losses$', 'idle$'] as const)('%s is the same object at each read, and another for each mailbox', (name) => {
    const [mailbox, other] = [Mailbox.bounded(1), Mailbox.bounded(1)];
    expect(mailbox[name]).toBe(mailbox[name]);
    expect(mailbox[name]).not.toBe(other[name]);
  });
});

describe('idle$', () => {
  it('tells an observer that came in a turn that the mailbox is idle after it, and those from before nothing (M6)', () => {
    const mailbox = Mailbox.bounded<string>(5);
    const before = watchFor(mailbox.idle$);
    const inTurn: ReturnType<typeof watchFor>[] = [];
    mailbox.receive((message) => void (message === 'watch' && inTurn.push(watchFor(mailbox.idle$))));
    mailbox.next('watch');
    mailbox.next('watch');
    expect([before.values, ...inTurn.map(({ values }) => values)]).toEqual([[true], [false, true], [false, true]]);
    mailbox.pause();
    mailbox.next('queued');
    mailbox.resume();
    expect([before.values, ...inTurn.map(({ values }) => values)]).toEqual([[true, false, true], [false, true, false, true], [false, true, false, true]]);
  });

  it('does not tell an observer that came in a turn the same again when the turn stays open (M6)', () => {
    const mailbox = Mailbox.bounded<string>(5);
    const before = watchFor(mailbox.idle$);
    let inTurn: ReturnType<typeof watchFor> | undefined;
    mailbox.receive(() => {
      inTurn = watchFor(mailbox.idle$);
      return NEVER;
    });
    mailbox.next('open');
    expect([before.values, inTurn?.values]).toEqual([[true, false], [false]]);
  });
});
