import { Observable } from 'rxjs';
import type { Dispatcher } from '../kernel/dispatcher';
import { Outlet } from '../kernel/outlet';
import type { NodeInfo } from './transport';

/** The nodes of the cluster, this one first, then the others in the order in which they were met. */
export class Membership {
  readonly #dispatcher: Dispatcher;
  readonly #outlet = new Outlet<readonly NodeInfo[]>();
  /** The nodes: those of now first, then those after each change. */
  readonly nodes$: Observable<readonly NodeInfo[]>;
  #nodes: readonly NodeInfo[];
  #isOver = false;

  constructor(dispatcher: Dispatcher, self: NodeInfo) {
    this.#dispatcher = dispatcher;
    this.#nodes = [self];
    this.nodes$ = new Observable((subscriber) => {
      const nodes = this.#nodes;
      if (!this.#isOver) subscriber.add(this.#outlet.add(subscriber));
      this.#dispatcher.tellNow(() => {
        subscriber.next(nodes);
        if (this.#isOver) subscriber.complete();
      });
    });
  }

  /** A node was met. Part of a step. */
  met(node: NodeInfo): void {
    this.#change([...this.#nodes, node]);
  }

  /** A node has gone. Part of a step. */
  left(nodeId: string): void {
    const nodes = this.#nodes.filter((node) => node.nodeId !== nodeId);
    if (nodes.length < this.#nodes.length) this.#change(nodes);
  }

  /** This node leaves. Part of a step. */
  end(): void {
    this.#isOver = true;
    this.#dispatcher.add(() => this.#outlet.complete(this.#dispatcher.outbox));
  }

  #change(nodes: readonly NodeInfo[]): void {
    this.#nodes = nodes;
    if (this.#outlet.observed && !this.#isOver) this.#outlet.tell(this.#dispatcher, nodes);
  }
}
