import type { Task } from '../../kernel/task';
import type { RemoteActor } from '../remote-actor';
import type { MessageParcel } from './parcels';

/** An ask whose reply is to come. */
export interface OpenAsk {
  readonly task: Task;
  readonly actor: RemoteActor;
  readonly parcel: MessageParcel;
  /** Whether its timeout is over here, and the other node is given some time more to say so. */
  isInGrace: boolean;
}

/** The milliseconds that are left of an ask's timeout. `null`: it has none. */
export function timeLeft({ rest, stamp }: Task, now: number): number | null {
  const timeout = rest?.timeout ?? Infinity;
  return timeout === Infinity ? null : Math.max(0, timeout - (now - (stamp?.at ?? now)));
}
