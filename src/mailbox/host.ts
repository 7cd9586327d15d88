import type { Observable } from 'rxjs';
import type { SendOptions, TellOptions } from '../message/send-options';
import type { SendResult } from '../message/send-result';
import type { ActorContext } from './actor-context';
import type { Turn } from './turn';

/** What a turn asks of the broker it runs in. */
export interface Host {
  readonly broker: ActorContext['broker'];
  /** Milliseconds an ask may take where its caller says nothing. */
  readonly requestTimeout: number;
  /** `context.send`: an ask that `turn` waits for. */
  askFrom(turn: Turn, id: string, message: unknown, options: SendOptions | undefined): Observable<unknown>;
  tellFrom(turn: Turn, id: string, message: unknown, options: TellOptions | undefined): SendResult;
}
