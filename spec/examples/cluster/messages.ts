import { type ActorId, type MessageOf, actorId, message, protocol } from 'rx-broker';

/** The depots that hand parcels to one another. Each is a process of its own. */
export const DEPOTS = ['north', 'east', 'south'] as const;
export type DepotName = (typeof DEPOTS)[number];

/** The answer to a parcel that was taken. */
export interface Receipt {
  readonly parcel: string;
  /** The id of the node that took it. */
  readonly node: string;
}

export const Depot = protocol('depot', { take: message<{ readonly parcel: string }, Receipt>() });

/** The actor that takes the parcels of a depot. */
export const depotOf = (name: DepotName): ActorId<MessageOf<typeof Depot>> => actorId(Depot, `depot.${name}`);
