import { VirtualTimeScheduler } from 'rxjs';
import { describe, expect, it } from 'vitest';
import { metricsAddUp } from './accounting/metrics-add-up';
import { framesOf, lossesOf } from './order-desk/desk-frames';
import type { DeskReport } from './order-desk/desk-report';
import { type Load, CALM } from './order-desk/load';
import type { DeskSnapshot } from './order-desk/desk-snapshot';
import { type OrderDesk, openOrderDesk } from './order-desk/order-desk';
import { SCENES } from './order-desk/script';
import { seededRandom } from './order-desk/seeded-random';
import { type SessionReport, startSession } from './order-desk/session';

/** Opens a desk in virtual time, does something at some times, and closes it. */
async function run(ms: number, load: Partial<Load>, steps: Readonly<Record<number, (desk: OrderDesk) => void>> = {}): Promise<{ desk: OrderDesk; report: DeskReport }> {
  const scheduler = new VirtualTimeScheduler();
  const flushUntil = async (frame: number): Promise<void> => {
    scheduler.maxFrames = frame;
    scheduler.flush();
    // What a promise decides has happened then.
    await new Promise((resolve) => setTimeout(resolve));
  };
  const desk = openOrderDesk({ scheduler, load });
  for (const [at, step] of Object.entries(steps)) scheduler.schedule(() => step(desk), Number(at));
  await flushUntil(ms);
  const report = desk.close();
  await flushUntil(ms);
  await flushUntil(ms + 10_000);
  await flushUntil(Infinity);
  return { desk, report: await report };
}

const lost = ({ actors }: Pick<DeskSnapshot, 'actors'>, name: string): Partial<Record<string, number>> => actors.find((actor) => actor.name === name)!.losses;

describe('an order desk', () => {
  it('ends all orders of a calm day without a loss, and drops only old prices', async () => {
    const { report } = await run(2_001, {});
    expect(report.orders).toMatchObject({ placed: 80, open: 0, by: { lost: 0, late: 0 } });
    expect(report.desk).toMatchObject({ totalFailed: 0, totalDeadLettered: 0, pending: 0, inFlight: 0 });
    expect(report.market.failedBy.Dropped).toBe(report.market.totalFailed);
    expect(report.market.totalSent).toBe(2_000);
    expect(report.market.totalFailed).toBeGreaterThan(0);
    expect(report.addsUp).toBe(true);
  });

  it('keeps what a full mailbox refuses as dead letters, and fills it when it is sent again', async () => {
    let parked = 0;
    const { report } = await run(6_000, { orderRate: 400 }, {
      1_500: (desk) => {
        parked = desk.snapshot().parked;
        desk.setLoad({ orderRate: 0 });
      },
      2_000: (desk) => desk.redeliver(),
      5_999: (desk) => expect(desk.snapshot()).toMatchObject({ parked: 0, orders: { open: 0 } }),
    });
    expect(parked).toBeGreaterThan(100);
    expect(lost(report, 'desk')['MailboxFull']).toBeGreaterThanOrEqual(parked);
    // Cancellations were refused, too, and come with the orders.
    expect(report.redelivered).toBe(lost(report, 'desk')['MailboxFull']);
    expect(report.orders.by.lost).toBe(0);
    expect(report.addsUp).toBe(true);
  });

  it('leaves places for new orders while it sends dead letters again', async () => {
    let refused = 0;
    const { report } = await run(4_000, { orderRate: 400 }, {
      1_500: (desk) => desk.setLoad({ orderRate: 20 }),
      2_000: (desk) => {
        refused = lost(desk.snapshot(), 'desk')['MailboxFull'] ?? 0;
        desk.redeliver();
      },
    });
    expect(refused).toBeGreaterThan(100);
    expect(lost(report, 'desk')['MailboxFull']).toBe(refused);
  });

  it('holds up everybody before a slow audit, and loses nothing', async () => {
    const { report } = await run(6_000, { overflow: 'block', auditRate: 20 }, {
      5_000(desk) {
        const { actors, waiting } = desk.snapshot();
        const full = actors.filter(({ depth, capacity }) => depth === capacity && capacity > 1).map(({ name }) => name);
        expect(full).toEqual(['book', 'audit']);
        expect(waiting).toBeGreaterThan(0);
        desk.setLoad({ auditRate: 1_000 });
      },
    });
    expect(report.desk).toMatchObject({ totalDeadLettered: 0, totalFailed: report.desk.failedBy.Cancelled });
    expect(report.orders.by).toMatchObject({ late: 0, lost: 0 });
    expect(report.addsUp).toBe(true);
  });

  it('rejects an order whose trader has waited too long for a place', async () => {
    const { report } = await run(9_000, { overflow: 'block', auditRate: 20, orderRate: 200 }, { 8_000: (desk) => desk.setLoad({ auditRate: 1_000, orderRate: 0 }) });
    expect(report.orders.by.late).toBeGreaterThan(0);
    expect(report.orders.by.lost).toBe(0);
    expect(report.addsUp).toBe(true);
  });

  it('sets orders aside while the risk service is down, and cancels the checks that hang', async () => {
    const { report } = await run(2_000, { riskFailureRate: 1 });
    expect(report.orders).toMatchObject({ filled: 0, open: 0 });
    expect(report.orders.by.lost + report.orders.cancelled).toBe(report.orders.placed);
    expect(report.desk.totalAborted).toBeGreaterThan(0);
    expect(lost(report, 'desk')['HandlerFailed']).toBeGreaterThan(0);
    expect(report.addsUp).toBe(true);
  });

  it('loses no order when the desk gets another overflow or another concurrency', async () => {
    const { report } = await run(3_000, { orderRate: 300 }, {
      500: (desk) => desk.setLoad({ concurrency: 16 }),
      1_000: (desk) => desk.setLoad({ overflow: 'block', concurrency: 1 }),
      1_500: (desk) => desk.setLoad({ overflow: 'drop-oldest' }),
      2_000: (desk) => desk.setLoad({ overflow: 'fail', concurrency: 16, orderRate: 0 }),
      2_100: (desk) => desk.redeliver(),
    });
    expect(lost(report, 'desk')['ActorNotFound']).toBeGreaterThan(0);
    expect(report.orders.by.lost).toBe(0);
    // The counts go on, whatever the mailbox.
    const turns = report.actors.reduce((sum, actor) => sum + actor.turns, 0);
    expect(turns).toBe(report.desk.totalDelivered + report.market.totalDelivered);
    expect(report.addsUp).toBe(true);
  });

  it.each([
    ['nothing is at work', { feedRate: 0, orderRate: 0 }, 1_000, false],
    ['orders are at work', { orderRate: 100, riskLatency: 60 }, 2_000, false],
    ['risk checks hang', { riskFailureRate: 1, orderRate: 100 }, 4_000, true],
    ['more is at work than ends in 10 s', { riskLatency: 1_000, concurrency: 1, orderRate: 200 }, 11_000, true],
  ])('closes when it is at rest, or after 10 s, if %s', async (_when, load, most, isLossy) => {
    const { report } = await run(1_000, load);
    expect(report.orders.by.lost > 0).toBe(isLossy);
    expect(report.at).toBeGreaterThanOrEqual(1_000);
    expect(report.at).toBeLessThanOrEqual(most);
    expect(report.addsUp).toBe(true);
  });

  it('lets large orders and cancellations overtake where there is a queue', async () => {
    const [calm, busy] = await Promise.all([run(1_000, {}), run(1_000, { orderRate: 400 })]);
    expect(calm.report.overtaken).toBe(0);
    expect(busy.report.overtaken).toBeGreaterThan(50);
  });

  it.each([1, 2, 3])('has numbers that add up at each moment, however the load changes (seed %i)', async (seed) => {
    const random = seededRandom(seed);
    const pick = <T>(values: readonly T[]): T => values[Math.floor(random() * values.length)]!;
    const steps: Record<number, (desk: OrderDesk) => void> = {};
    for (let at = 50; at < 4_000; at += 50) {
      steps[at] = (desk) => {
        const { orders, parked, desk: ours, market } = desk.snapshot();
        expect(orders.placed).toBe(orders.filled + orders.rejected + orders.cancelled + orders.open);
        expect(parked).toBeLessThanOrEqual(orders.open);
        expect([ours, market].map(metricsAddUp)).toEqual([true, true]);
        if (random() < 0.1) desk.redeliver();
        else if (random() < 0.3) {
          desk.setLoad(
            pick<Partial<Load>>([
              { feedRate: pick([0, 1_000, 5_000]) },
              { orderRate: pick([0, 50, 400]) },
              { riskFailureRate: pick([0, 0.5, 1]) },
              { riskLatency: pick([1, 50, 300]) },
              { auditRate: pick([20, 100, 1_000]) },
              { overflow: pick(['fail', 'block', 'drop-oldest', 'drop-newest'] as const) },
              { concurrency: pick([1, 4, 16]) },
            ]),
          );
        }
      };
    }
    const { report } = await run(4_000, { orderRate: 200 }, steps);
    expect(report.orders.open).toBe(0);
    expect(report.addsUp).toBe(true);
  });

  it('tells rates and mean depths of the last second', () => {
    const scheduler = new VirtualTimeScheduler(undefined, Infinity);
    const desk = openOrderDesk({ scheduler });
    const rates: number[] = [];
    const depths: number[] = [];
    const frames = framesOf(desk, 100, scheduler).subscribe(({ at, actors, ordersPerSecond }) => {
      if (at < 1_000) return;
      rates.push(ordersPerSecond);
      depths.push(...actors.filter(({ capacity }) => capacity === 1).map(({ meanDepth }) => meanDepth));
      const audits = actors.find(({ name }) => name === 'audit')!;
      expect(audits.turnTime).toBeCloseTo(1_000 / CALM.auditRate);
      rates.push(audits.turnsPerSecond);
    });
    scheduler.schedule(() => {
      frames.unsubscribe();
      void desk.close();
    }, 3_000);
    scheduler.flush();
    for (const rate of rates) expect(Math.abs(rate - CALM.orderRate)).toBeLessThan(8);
    // A look at one moment would show 0 or 1.
    for (const depth of depths) expect(depth > 0.1 && depth < 0.9).toBe(true);
  });
});

describe('the script', () => {
  async function play(seconds: number, seed = 1): Promise<{ report: SessionReport; scenes: [number, string][] }> {
    const scheduler = new VirtualTimeScheduler(undefined, Infinity);
    const session = startSession({ seconds, seed, scheduler });
    const scenes: [number, string][] = [];
    session.scene$.subscribe((scene) => scene && scenes.push([scheduler.now(), scene.title]));
    scheduler.flush();
    return { report: await session.report, scenes };
  }

  it('plays a minute in which every order ends exactly once, and every message is accounted for', async () => {
    const { report, scenes } = await play(60);
    expect(scenes).toEqual([
      [0, 'A calm day'],
      [8_000, 'Flood'],
      [18_000, 'More hands'],
      [25_000, 'Risk is down'],
      [36_000, 'Audit is slow'],
      [46_000, 'Recovery'],
      [52_000, 'Redelivery'],
      [60_000, 'Closing'],
    ]);
    const { orders, desk, market, audited } = report;
    expect(orders.placed).toBe(orders.filled + orders.rejected + orders.cancelled);
    expect(orders.open).toBe(0);
    for (const { totalSent, totalDelivered, totalFailed, pending, inFlight } of [desk, market]) {
      expect([totalSent, pending, inFlight]).toEqual([totalDelivered + totalFailed, 0, 0]);
    }
    expect(audited).toBe(orders.by.filled + orders.by.moved + orders.by.refused);
    expect(report.addsUp).toBe(true);
    // Each thing that it is to show has happened, and in the end nothing was lost for good.
    expect(market.failedBy.Dropped).toBeGreaterThan(10_000);
    expect(lost(report, 'desk')).toMatchObject({ MailboxFull: expect.any(Number) as number, HandlerFailed: expect.any(Number) as number });
    expect(report.overtaken).toBeGreaterThan(100);
    expect(report.redelivered).toBeGreaterThan(100);
    expect(orders.by.lost).toBe(0);
  });

  it('scales, and plays the same for the same seed', async () => {
    const [one, same, other] = await Promise.all([play(3), play(3), play(3, 2)]);
    expect(one.scenes.map(([at]) => at)).toEqual([0, 400, 900, 1_250, 1_800, 2_300, 2_600, 3_000]);
    const told = ({ report }: typeof one): unknown => ({ ...report, desk: { ...report.desk, avgRoutingLatencyNs: 0 }, market: { ...report.market, avgRoutingLatencyNs: 0 } });
    expect(told(same)).toEqual(told(one));
    expect(told(other)).not.toEqual(told(one));
    expect(one.report).toMatchObject({ addsUp: true, isInterrupted: false, seed: 1 });
  });

  it('stays open when somebody takes over, until it is stopped', async () => {
    const scheduler = new VirtualTimeScheduler(undefined, Infinity);
    const session = startSession({ seconds: 3, seed: 1, scheduler });
    const scenes: (string | undefined)[] = [];
    session.scene$.subscribe({ next: (scene) => scenes.push(scene?.title), complete: () => scenes.push('closed') });
    scheduler.schedule(() => session.takeOver(), 500);
    scheduler.schedule(() => session.stop({ isInterrupted: true }), 5_000);
    scheduler.flush();
    const report = await session.report;
    expect(scenes).toEqual([SCENES[0]?.title, SCENES[1]?.title, undefined, 'Closing', 'closed']);
    expect(report).toMatchObject({ isInterrupted: true, addsUp: true, orders: { open: 0 } });
    expect(report.at).toBeGreaterThanOrEqual(5_000);
  });

  it('counts no message of a price as a loss of the desk', async () => {
    const { report } = await play(3);
    expect(report.actors.map((actor) => [actor.name, lossesOf(actor) > 0])).toContainEqual(['quotes.ACME', true]);
    expect(report.desk.failedBy.Dropped).toBe(0);
  });
});
