import type { Observable } from 'rxjs';
import type { FailureCode } from '../../failure/failure-code';
import type { SendOptions, TellOptions } from '../../message/send-options';
import type { SendResult } from '../../message/send-result';
import type { ActorContext } from '../actor/actor-context';
import type { MailboxCore } from '../mailbox-core';
import type { TAKEN } from '../taken';
import type { Caller, MessageRecord } from '../turn/message-record';
import type { Turn } from '../turn/turn';
import type { Dispatch } from './dispatch';

/** What a turn asks of the broker it runs in. */
export interface Host {
  readonly broker: ActorContext['broker'];
  /** Milliseconds an ask may take where its caller says nothing. */
  readonly requestTimeout: number;
  /** `context.send`: an ask that `turn` waits for. */
  askFrom(turn: Turn, id: string, message: unknown, options: SendOptions | undefined): Observable<unknown>;
  /** A direct ask is left open. */
  adopt(turn: Turn, caller: Caller): void;
  /** A turn waits, and perhaps for itself (rule O6). */
  breakCircles(turn: Turn): void;
  /** A caller's message waits for a place in a full mailbox. Answers `TAKEN` or why not. */
  park(core: MailboxCore, dispatch: Dispatch, record: MessageRecord): FailureCode | typeof TAKEN;
  /** A mailbox that has left the broker goes elsewhere: what it took in here after that is lost. */
  leaveBehind(core: MailboxCore): void;
  tellFrom(turn: Turn, id: string, message: unknown, options: TellOptions | undefined): SendResult;
}
