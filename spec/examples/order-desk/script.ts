import { type Observable, type SchedulerLike, asyncScheduler, concat, concatMap, defer, from, ignoreElements, of, timer } from 'rxjs';
import { type Load, CALM } from './load';
import type { OrderDesk } from './order-desk';

/** A part of the scripted minute. */
export interface Scene {
  readonly title: string;
  /** What is to be seen, in a line. */
  readonly says: string;
  /** Its part of the whole, in sixtieths. */
  readonly share: number;
  readonly load: Load;
  /** Whether dead letters are sent again. */
  readonly redelivers?: boolean;
}

const busy: Load = { ...CALM, feedRate: 4_000, orderRate: 320 };

/** What happens if nobody touches a key. */
export const SCENES: readonly Scene[] = [
  { title: 'A calm day', says: 'Of 1,000 prices a second each symbol keeps the newest. Orders pass risk, book and audit.', share: 8, load: CALM },
  { title: 'Flood', says: 'Four times the prices, five times the orders. The desk is full: it refuses orders, and they become dead letters.', share: 10, load: busy },
  { title: 'More hands', says: 'Twelve orders at once instead of four. Large orders and cancellations overtake the others.', share: 7, load: { ...busy, concurrency: 12 } },
  {
    title: 'Risk is down',
    says: 'Two checks in three fail or never answer. After 250 ms the desk gives up, and the order is a dead letter.',
    share: 11,
    load: { ...CALM, riskFailureRate: 0.66 },
  },
  {
    title: 'Audit is slow',
    says: 'The book waits for the audit, the desk for the book, traders for the desk. That is back-pressure: nothing is lost.',
    share: 10,
    load: { ...CALM, overflow: 'block', auditRate: 40 },
  },
  { title: 'Recovery', says: 'All is well again, and the queues drain.', share: 6, load: CALM },
  { title: 'Redelivery', says: 'The dead letters are sent again. Every order ends, and ends once.', share: 8, load: { ...CALM, concurrency: 8 }, redelivers: true },
];

/** Plays the scenes at a desk, `seconds` in all. Emits each scene as it begins, and completes after the last one. */
export function playScript(desk: OrderDesk, seconds: number, scheduler: SchedulerLike = asyncScheduler, scenes = SCENES): Observable<Scene> {
  const total = scenes.reduce((sum, { share }) => sum + share, 0);
  return from(scenes).pipe(
    concatMap((scene) =>
      defer(() => {
        desk.setLoad(scene.load);
        if (scene.redelivers) desk.redeliver();
        return concat(of(scene), timer((seconds * 1_000 * scene.share) / total, scheduler).pipe(ignoreElements()));
      }),
    ),
  );
}
