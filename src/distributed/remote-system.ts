import type { SchedulerLike } from 'rxjs';
import type { BrokerSystem } from '../broker/broker-system';
import { Counts } from '../kernel/counts';
import type { Dispatcher } from '../kernel/dispatcher';
import type { Host, Intercept, Recipient, System } from '../kernel/task';
import { RemoteJournal } from './remote-journal';

/**
 * The system of the remote actors of a broker: the broker's own, but for the counts. So the broker knows which of its messages went to other
 * nodes, where they are counted as well.
 */
export class RemoteSystem implements System {
  readonly counts: Counts = new Counts();
  readonly drainsAt: SchedulerLike | undefined = undefined;
  readonly intercept: Intercept | null = null;
  readonly journal: RemoteJournal;
  readonly #system: BrokerSystem;

  constructor(system: BrokerSystem) {
    this.#system = system;
    this.journal = new RemoteJournal(system.journal);
  }

  get dispatcher(): Dispatcher {
    return this.#system.dispatcher;
  }

  get host(): Host {
    return this.#system.host;
  }

  get lookUp(): ((id: string) => Recipient | undefined) | null {
    return this.#system.lookUp;
  }

  nextId(): string {
    return this.#system.nextId();
  }

  watches(id: string): boolean {
    return this.#system.watches(id);
  }

  isRunning(): boolean {
    return false;
  }

  left(): void {}
}
