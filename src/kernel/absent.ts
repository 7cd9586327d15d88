import type { BrokerError } from '../failure/broker-error';
import { settle } from './settle';
import { Stamp } from './stamp';
import { type Recipient, type Refusal, type System, newTask } from './task';

/** Stands for an id without an actor, or for a failed route with its error. It refuses every message. */
export class Absent implements Recipient {
  readonly system: System;
  readonly id: string | undefined;
  readonly unrouted: BrokerError | undefined;
  readonly isDirect = false;
  readonly delivered = 0;
  readonly formerHost = undefined;

  constructor(system: System, id: string | undefined, unrouted?: BrokerError) {
    this.system = system;
    this.id = id;
    this.unrouted = unrouted;
  }

  take(): Refusal {
    return this.unrouted === undefined ? 'ActorNotFound' : 'NoRoute';
  }

  takePlain(): Refusal {
    return this.take();
  }

  losePlain(message: unknown, lane: number, code: Refusal, stamp: Stamp | null): void {
    const { journal } = this.system;
    if (journal.isDeafTo(this.id)) journal.countFailure(code);
    else settle(newTask(this, message, lane, null, stamp ?? new Stamp(undefined)), { outcome: 'failed', code });
  }

  withdraw(): void {}
  freeSeat(): void {}
  endIfEmpty(): void {}
  noteLoss(): void {}
}
