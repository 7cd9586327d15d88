import { BoundedBuffer } from '../../../src/buffer/bounded-buffer';
import { ACCEPTED, REFUSED } from '../../../src/buffer/offer';
import { ChunkedQueue } from '../../../src/buffer/chunked-queue';
import { BUSY, DRAINING, QUEUED } from '../../../src/mailbox/state/flags';
import { MailboxCore } from '../../../src/mailbox/mailbox-core';
import { NOBODY } from '../../../src/mailbox/state/turn-state';
import { type Fault, during, patch, patchGetter } from './fault';

type Buffer = BoundedBuffer<unknown, any>;

/** Mailboxes that queue, admit or run wrongly. */
export const QUEUE_FAULTS: readonly Fault[] = [
  {
    name: 'silent eviction',
    breakIt: () =>
      patch(MailboxCore, 'lose', (lose) => function (dispatch, message, meta, code, detail) {
        const isSilent = code === 'Dropped' && (typeof meta === 'number' || meta.caller === null);
        if (!isSilent) lose.call(this, dispatch, message, meta, code, detail);
      }),
  },
  {
    name: 'one more than the capacity',
    breakIt: () => {
      const fullLater = patchGetter(BoundedBuffer, 'isFull', function () {
        return this.size > this.capacity;
      });
      const takesOneMore = patch(BoundedBuffer<any, any>, 'offer', (offer) => function (this: Buffer, value, meta, lane) {
        if (this.size !== this.capacity) return offer.call(this, value, meta, lane);
        this.push(value, meta, lane);
        return ACCEPTED;
      });
      return () => {
        takesOneMore();
        fullLater();
      };
    },
  },
  {
    name: 'last in, first out',
    breakIt: () =>
      patch(ChunkedQueue<any, any>, 'push', (push) => function (value, meta) {
        const older: [unknown, any][] = [];
        while (this.size > 0) {
          const olderMeta: unknown = this.headMeta();
          older.push([this.shift(), olderMeta]);
        }
        push.call(this, value, meta);
        for (const pair of older) push.call(this, ...pair);
      }),
  },
  { name: 'strict where it should be weighted', breakIt: () => patch(BoundedBuffer<any, any>, 'next', () => highest) },
  { name: 'priorities upside down', breakIt: () => patch(BoundedBuffer<any, any>, 'next', () => lowest) },
  {
    name: 'the newcomer dropped where the oldest should go',
    breakIt: () =>
      patch(BoundedBuffer<any, any>, 'offer', (offer) => function (this: Buffer, value, meta, lane) {
        return this.isFull && this.overflow === 'drop-oldest' ? REFUSED : offer.call(this, value, meta, lane);
      }),
  },
  {
    name: 'a waiter overtaken by one of lower priority',
    breakIt: () =>
      patch(MailboxCore, 'runNext', (runNext) => function (dispatch) {
        const waiting = this.extras?.waiting;
        if (waiting === undefined) runNext.call(this, dispatch);
        else during(waiting, 'next', lowest, () => runNext.call(this, dispatch));
      }),
  },
  {
    name: 'a place that a cancelled message leaves is given to no waiter',
    breakIt: () =>
      patch(MailboxCore, 'withdraw', (withdraw) => function (record) {
        during(this, 'placeFreed', () => (this.flags = this.size === 0 ? this.flags & ~QUEUED : this.flags | QUEUED), () => withdraw.call(this, record));
      }),
  },
  {
    name: 'lost wake-up',
    breakIt: () =>
      patch(MailboxCore, 'freeSeat', (freeSeat) => function (turn) {
        during(this, 'wake', () => {}, () => freeSeat.call(this, turn));
      }),
  },
  {
    name: 'one turn more than the concurrency',
    breakIt: () =>
      patch(MailboxCore, 'takeSeat', (takeSeat) => function (turn, rest) {
        takeSeat.call(this, turn, rest);
        if (this.seats!.length <= this.settings.concurrency) this.flags &= ~BUSY;
      }),
  },
  {
    name: 'a turn inside a turn',
    breakIt: () =>
      patch(MailboxCore, 'take', (take) => function (dispatch, message, meta, lane) {
        const drains = dispatch.flags & DRAINING;
        if (drains === 0 || dispatch.onStack === NOBODY || dispatch.onStack === this.number) return take.call(this, dispatch, message, meta, lane);
        dispatch.flags &= ~DRAINING;
        try {
          return take.call(this, dispatch, message, meta, lane);
        } finally {
          dispatch.flags |= drains;
        }
      }),
  },
  {
    name: 'an expired message that is run',
    breakIt: () =>
      patch(MailboxCore, 'runNext', (runNext) => function (dispatch) {
        during(this, 'settings', { ...this.settings, ttl: Infinity, hasTtl: false }, () => runNext.call(this, dispatch));
      }),
  },
];

function highest(this: Buffer): number {
  return [3, 2, 1, 0].find((lane) => this.has(lane))!;
}

function lowest(this: Buffer): number {
  return [0, 1, 2, 3].find((lane) => this.has(lane))!;
}
