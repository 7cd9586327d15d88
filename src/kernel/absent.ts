import { settle } from './settle';
import { Stamp } from './stamp';
import { type Recipient, type RefusalCode, type System, newTask } from './task';

/** Refuses every message: there is no actor with this id, no route was found, or an interceptor refused the message. */
export class Absent implements Recipient {
  readonly system: System;
  readonly id: string | undefined;
  readonly code: RefusalCode;
  readonly error: unknown;
  readonly isDirect = false;
  readonly delivered = 0;
  readonly formerHost = undefined;

  constructor(system: System, id: string | undefined, { code, error }: { readonly code: RefusalCode; readonly error?: unknown } = { code: 'ActorNotFound' }) {
    this.system = system;
    this.id = id;
    this.code = code;
    this.error = error;
  }

  take(): RefusalCode {
    return this.code;
  }

  takePlain(): RefusalCode {
    return this.take();
  }

  losePlain(message: unknown, lane: number, code: RefusalCode, stamp: Stamp | null): void {
    const { journal } = this.system;
    if (journal.ignoresLettersOf(this.id)) journal.countFailure(code);
    else settle(newTask(this, message, lane, null, stamp ?? new Stamp(undefined)), { outcome: 'failed', code });
  }

  withdraw(): void {}
  freeSeat(): void {}
  timeUp(): void {}
  endIfEmpty(): void {}
  noteLoss(): void {}
}
