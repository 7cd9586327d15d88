import { BrokerError } from '../failure/broker-error';
import { describeValue } from '../failure/check';
import { NORMAL_LANE } from '../message/lane';
import type { Actor } from './actor/actor';
import type { Handler } from './actor/handler';
import type { MailboxCore } from './mailbox-core';
import { IDLE_SEAT, UNSTARTED } from './state/flags';
import type { LeftOpen } from './turn/left-open';
import { Turn } from './turn/turn';
import { reject } from './turn/turn-outcome';

/** @throws {BrokerError} `AlreadyRegistered` when there is a consumer: a mailbox has one. */
export function claimSeat(core: MailboxCore): void {
  core.runQueue.dispatch.settleFanOut();
  if ((core.flags & IDLE_SEAT) !== 0) return;
  throw new BrokerError('AlreadyRegistered', 'this mailbox has its one consumer already; unsubscribe that one first');
}

/** Gives the seat to a consumer, which gets what is queued at once. */
export function attach(core: MailboxCore, handler: Handler, actor: Actor | null): void {
  core.handler = handler;
  core.actor = actor;
  core.flags &= ~IDLE_SEAT;
  if (actor !== null) core.flags |= UNSTARTED;
  const { dispatch } = core.runQueue;
  dispatch.within(() => {
    try {
      if (core.isRegistered) startActor(core);
    } catch (error) {
      // It has no Subscription that could give the seat back.
      detach(core);
      throw error;
    }
    core.wake();
  });
}

/** The consumer leaves; what is queued stays. */
export function detach(core: MailboxCore): void {
  core.runQueue.dispatch.settleFanOut();
  core.flags = (core.flags | IDLE_SEAT) & ~UNSTARTED;
  core.handler = null;
  core.actor = null;
}

/** A stream of deliveries leaves; what it has not settled fails with `reason`. */
export function release(core: MailboxCore, leftOpen: LeftOpen, reason: unknown): void {
  detach(core);
  if (core.seats !== null) for (const turn of [...core.seats]) if (turn.rest?.leftOpen === leftOpen) reject(turn, reason);
}

/** Calls `onStart`, once for each life. What it throws goes to whoever made the life start. */
export function startActor(core: MailboxCore): void {
  if ((core.flags & UNSTARTED) === 0) return;
  core.flags &= ~UNSTARTED;
  const { dispatch } = core.runQueue;
  dispatch.within(() => {
    const turn = new Turn(core, dispatch.clock.stamp(NORMAL_LANE, true));
    const { stackTurn } = dispatch;
    try {
      core.actor?.onStart?.(turn);
    } catch (error) {
      core.flags |= UNSTARTED;
      throw error;
    } finally {
      turn.end();
      // As it was: the turn on whose stack an actor starts may be looked at, too.
      if (stackTurn !== null) dispatch.lookAt(stackTurn);
      else dispatch.lookAway();
    }
  });
}

/** Calls `onStop`, if the actor has started. What it throws is told, and stops nothing. */
export function stopActor(core: MailboxCore, reason: unknown): void {
  const { actor } = core;
  if (actor === null || (core.flags & UNSTARTED) !== 0) return;
  core.flags |= UNSTARTED;
  const { dispatch } = core.runQueue;
  dispatch.within(() => {
    try {
      actor.onStop?.(reason);
    } catch (error) {
      dispatch.journal.callbackFailed(`onStop of ${describeValue(core.id)}`, error);
    }
  });
}
