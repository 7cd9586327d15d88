import type { DeadLetter, FailureCode } from 'rx-broker';
import { Registry } from '../../../src/broker/registry';
import { Routes } from '../../../src/broker/routes';
import { Topics } from '../../../src/broker/topics';
import { Deadlines } from '../../../src/mailbox/dispatch/deadlines';
import { MailboxCore } from '../../../src/mailbox/mailbox-core';
import { MessageRecord } from '../../../src/mailbox/turn/message-record';
import { RUNNING } from '../../../src/mailbox/state/record-state';
import { DeadLetterQueue } from '../../../src/observability/dead-letter-queue';
import { Ledger } from '../../../src/observability/ledger';
import { RetainedTopics } from '../../../src/routing/retained-topics';
import { type Fault, patch, patchGetter } from './fault';

/** Brokers that settle, count, find or tell wrongly. */
export const BROKER_FAULTS: readonly Fault[] = [
  {
    name: 'leak on cancel',
    breakIt: () =>
      patch(Ledger, 'failed', (failed) => function (code: FailureCode | 'Cancelled', target, message, record) {
        failed.call(this, code, target, message, record);
        if (code === 'Cancelled') (record as MessageRecord).dispatch.requests++;
      }),
  },
  {
    name: 'a cancelled message that is run',
    breakIt: () =>
      patch(MessageRecord, 'cancel', (cancel) => function (reason) {
        if (this.state === RUNNING) cancel.call(this, reason);
      }),
  },
  {
    name: 'double settle',
    breakIt: () =>
      patch(Ledger, 'settled', (settled) => function (turn, message) {
        settled.call(this, turn, message);
        settled.call(this, turn, message);
      }),
  },
  {
    name: 'late reply delivered',
    breakIt: () =>
      patch(MessageRecord, 'fail', (fail) => function (code, detail) {
        if (code !== 'Timeout' || this.state !== RUNNING) fail.call(this, code, detail);
      }),
  },
  {
    name: 'a timeout that goes on after the first value',
    breakIt: () =>
      patch(Deadlines, 'remove', (remove) => function (item) {
        const { answered, state } = item as MessageRecord;
        if (!(answered && state === RUNNING)) remove.call(this, item);
      }),
  },
  {
    name: 'dead letter missing',
    breakIt: () =>
      patch(Ledger, 'failed', (failed) => function (code: FailureCode, target, message, record) {
        if (code === 'Expired') this.failedBy[code]++;
        else failed.call(this, code, target, message, record);
      }),
  },
  {
    name: 'a refusal that is not counted',
    breakIt: () =>
      patch(Ledger, 'failed', (failed) => function (code: FailureCode, target, message, record) {
        failed.call(this, code, target, message, record);
        if (code === 'MailboxFull') this.failedBy[code]--;
      }),
  },
  {
    name: 'wrong reason',
    breakIt: () =>
      patch(MailboxCore, 'lose', (lose) => function (dispatch, message, meta, code, detail) {
        lose.call(this, dispatch, message, meta, code === 'Timeout' ? 'Expired' : code, detail);
      }),
  },
  {
    name: 'redelivery that counts one attempt too many',
    breakIt: () =>
      patch(Routes, 'redeliver', (redeliver) => function (letter: DeadLetter, teller) {
        return redeliver.call(this, { ...letter, attempts: letter.attempts + 1 }, teller);
      }),
  },
  { name: 'an eviction of letters that is not counted', breakIt: () => patchGetter(DeadLetterQueue, 'evicted', () => 0) },
  {
    name: 'retained message lost',
    breakIt: () => patch(RetainedTopics, 'set', () => () => {}),
  },
  {
    name: 'a broadcast that skips the last target',
    breakIt: () =>
      patch(Registry, 'passing', (passing) => function (filter) {
        return passing.call(this, filter).slice(0, -1);
      }),
  },
  { name: 'unregister that leaves the bindings', breakIt: () => patch(Topics, 'forget', () => () => {}) },
  {
    name: 'unregister that leaves the entry',
    breakIt: () =>
      patch(Registry, 'remove', (remove) => function (core) {
        const watchers = remove.call(this, core);
        this.actors.set(core.id, core);
        return watchers;
      }),
  },
  { name: 'nobody told of an end', breakIt: () => patch(Registry, 'remove', (remove) => function (core) {
        remove.call(this, core);
        return undefined;
      }) },
];
