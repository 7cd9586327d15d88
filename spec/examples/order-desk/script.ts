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

const busy: Load = { ...CALM, feedRate: 4_000, orderRate: 240 };
const staffed: Load = { ...CALM, concurrency: 12 };

/** What happens if nobody touches a key. */
export const SCENES: readonly Scene[] = [
  { title: 'A calm day', says: '1,000 prices a second, and each symbol keeps the newest. Orders find no queue.', share: 8, load: CALM },
  { title: 'Flood', says: '4 × the prices, 6 × the orders: the desk is full, and refuses what is too much.', share: 10, load: busy },
  { title: 'More hands', says: 'Twelve turns at once, not four. Large orders and cancellations overtake others.', share: 7, load: { ...busy, concurrency: 12 } },
  {
    title: 'Risk is down',
    says: 'Two checks in three fail or hang. The desk gives up: orders become dead letters.',
    share: 11,
    load: { ...staffed, riskFailureRate: 0.66 },
  },
  {
    title: 'Audit is slow',
    says: 'Audit holds up the book, the book the desk, the desk the traders: back-pressure.',
    share: 10,
    load: { ...staffed, overflow: 'block', auditRate: 25 },
  },
  {
    title: 'Recovery',
    says: 'All is well again, and the queues drain. The dead letters are still there.',
    share: 6,
    load: { ...staffed, overflow: 'block' },
  },
  {
    title: 'Redelivery',
    says: 'The dead letters are sent again, as the desk has room. Every order ends once.',
    share: 8,
    load: { ...staffed, overflow: 'block' },
    redelivers: true,
  },
];

/** What is shown while a desk closes. */
export const CLOSING: Pick<Scene, 'title' | 'says'> = { title: 'Closing', says: 'No more orders come. Those at work end, and then comes the report.' };

/** `2/7 ` for the second scene. What is no part of the script has no number. */
export function numberOf({ title }: Pick<Scene, 'title'>): string {
  const index = SCENES.findIndex((scene) => scene.title === title);
  return index < 0 ? '' : `${index + 1}/${SCENES.length} `;
}

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
