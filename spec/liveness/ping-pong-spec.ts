import { type SchedulerLike, asapScheduler, asyncScheduler, from, of, queueScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { expectConserved, setup } from '../broker/setup';
import { MOST, PingPong, type Stroke } from './ping-pong';

/** How often the timer, or the frame, is waited for. */
const TIMES = 15;
const plainly: Stroke = (pass) => pass();

/** Waits for `times` calls of `request`, one after the other; answers how many stretches of the drain lay between them. */
function stretchesBetween(play: PingPong, times: number, request: (call: () => void) => void): Promise<number[]> {
  return new Promise((resolve) => {
    const gaps: number[] = [];
    let before = play.stretches;
    const call = (): void => {
      gaps.push(play.stretches - before);
      before = play.stretches;
      if (gaps.length < times && !play.isOver) request(call);
      else resolve(gaps);
    };
    request(call);
  });
}

describe('two actors that ping-pong for ever', () => {
  it.each<[string, SchedulerLike | undefined, Stroke]>([
    ['on the sender’s stack', undefined, plainly],
    ['on asapScheduler', asapScheduler, plainly],
    ['on asyncScheduler', asyncScheduler, plainly],
    ['on queueScheduler', queueScheduler, plainly],
    ['with streamed replies', undefined, (pass) => (pass(), of('reply'))],
    ['in async handlers', undefined, async (pass) => pass()],
    ['with streams of promises', undefined, (pass) => (pass(), from(Promise.resolve()))],
    ['by publishing', undefined, (_, to, { broker }) => void broker.publish(`to.${to}`, 'ball')],
    ['by broadcasting', undefined, (_, to, { broker }) => void broker.tryBroadcast('ball', (id) => id === to)],
    ['by asking', undefined, (_, to, { broker }) => void broker.send(to, 'ball').subscribe()],
    ['by routing', undefined, (_, to, { broker }) => void broker.sendWithRouting({ topic: `to.${to}` }, 'ball').subscribe()],
    ['of which one plays with itself', undefined, (_, __, context) => void context.trySend(context.self, 'ball')],
  ])('%s let a timer of 1 ms come after every stretch or two (D4)', async (_, dispatcher, stroke) => {
    const { broker } = setup(dispatcher === undefined ? {} : { dispatcher });
    const play = new PingPong(MOST, stroke);
    const gaps = stretchesBetween(play, TIMES, (call) => setTimeout(call, 1));
    play.start(broker);
    const seen = await gaps;
    expect(play.isOver).toBe(false);
    play.stop();
    expect(seen).toHaveLength(TIMES);
    // A stretch is longer than the timer's millisecond. Browsers let some messages of their own go first.
    expect(Math.max(...seen)).toBeLessThanOrEqual(10);
    expectConserved(broker.metrics());
    await broker.close();
  });

  it('let the timer come, too, if each is in a broker of its own (D4)', async () => {
    const [{ broker }, { broker: other }] = [setup(), setup()];
    const play = new PingPong(MOST);
    const gaps = stretchesBetween(play, TIMES, (call) => setTimeout(call, 1));
    play.start(broker, other);
    const seen = await gaps;
    expect(play.isOver).toBe(false);
    play.stop();
    expect(Math.max(...seen)).toBeLessThanOrEqual(10);
    for (const one of [broker, other]) {
      expectConserved(one.metrics());
      await one.close();
    }
  });

  it('give way after 5 ms of the broker’s own clock, not of the machine’s (D4)', async () => {
    let readings = 0;
    // One millisecond passes between any two looks at this clock.
    const scheduler = { now: () => readings++, schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const { broker } = setup({ scheduler });
    const play = new PingPong(10_000);
    play.start(broker);
    expect(play.isOver).toBe(false);
    while (!play.isOver) await new Promise((resolve) => setTimeout(resolve));
    // The clock is read for every 32nd message, and a slice is over at the sixth reading after its first.
    expect(play.longestStretch).toBeLessThanOrEqual(32 * 7);
    expect(play.stretches).toBeGreaterThanOrEqual(10_000 / (32 * 7));
    await broker.close({ drain: false });
  });

  it.each([1, 5, 1_000])('give way, too, if the clock goes back by %i ms at every look (D4)', async (step) => {
    let now = Date.UTC(2026, 0);
    const scheduler = { now: () => (now -= step), schedule: asyncScheduler.schedule.bind(asyncScheduler) };
    const { broker } = setup({ scheduler });
    const play = new PingPong(10_000);
    play.start(broker);
    expect(play.isOver).toBe(false);
    while (!play.isOver) await new Promise((resolve) => setTimeout(resolve));
    expect(play.longestStretch).toBeLessThanOrEqual(32 * 7);
    await broker.close({ drain: false });
  });

  it('let a third actor handle a message from outside at once (D1, D4)', async () => {
    const { broker } = setup();
    const play = new PingPong(MOST);
    let heard = 0;
    let heardAtOnce = 0;
    play.start(broker);
    const id = broker.spawn('third' as never, () => void heard++).id;
    await stretchesBetween(play, TIMES, (call) =>
      setTimeout(() => {
        const before = heard;
        broker.trySend(id, 0);
        heardAtOnce += heard - before;
        call();
      }, 1),
    );
    expect(heardAtOnce).toBe(TIMES);
    expectConserved(broker.metrics());
    play.stop();
    await broker.close();
  });

  it('are ended by close({ drain: false }) in a timer that comes meanwhile (§7)', async () => {
    const { broker } = setup();
    const play = new PingPong(MOST);
    const closed = new Promise<void>((resolve) => setTimeout(() => void broker.close({ drain: false }).then(resolve), 1));
    play.start(broker);
    await closed;
    const { hops } = play;
    await new Promise((resolve) => setTimeout(resolve));
    expect(play.hops).toBe(hops);
    expect(play.isOver).toBe(false);
    expect(broker.metrics()).toMatchObject({ pending: 0, inFlight: 0, registeredActors: 0 });
  });
});
