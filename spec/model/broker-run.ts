import { BrokerWorld } from './broker-world';
import type { Script } from './command';
import { Player } from './player';
import type { Channel } from './world';

/** A broker with the player that plays a script on it. */
export class BrokerRun {
  readonly player: Player;
  readonly world: BrokerWorld;

  /** `channels`: the streams that are observed. `undefined`: all. */
  constructor(script: Script, readonly channels?: ReadonlySet<Channel>) {
    let world: BrokerWorld | undefined;
    this.player = new Player(script.meddlers, (host) => (world = new BrokerWorld(host, script, channels)));
    this.world = world!;
  }
}
