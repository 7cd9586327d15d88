import type { Observable } from 'rxjs';
import type { DistributedMessageBroker } from '../../distributed/distributed-message-broker';
import { actorId } from '../../message/actor-id';
import type { HubTransport } from './hub-transport';
import { type MessagePortLike, listenTo } from './message-port-like';
import { serveMessage } from './serve-message';

/** A worker that a pool can start and end: a `Worker` of a browser or of Node. */
export interface WorkerLike extends MessagePortLike {
  /** Ends the worker at once. */
  terminate(): unknown;
}

/** A worker of a pool, as `workers$` shows it. */
export interface PoolWorkerInfo {
  /** Its number: each worker that the pool has started has another one. */
  readonly number: number;
  /** `starting`: it has not served yet. `leaving`: the pool shrinks, and it ends with what it is handling. */
  readonly state: 'starting' | 'ready' | 'leaving';
  /** How many messages it is handling. */
  readonly running: number;
}

/** Is told what becomes of a worker. */
export interface PoolWorkerListener {
  /** It serves from now on. */
  ready(): void;
  /** It has ended: crashed, hung, or could not start. What it was handling has not failed yet: `end` does that. */
  ended(): void;
}

/** One worker of a pool. */
export class PoolWorker {
  readonly number: number;
  running = 0;
  state: PoolWorkerInfo['state'] = 'starting';
  readonly #id = actorId();
  readonly #worker: WorkerLike;
  readonly #broker: DistributedMessageBroker;
  readonly #hub: HubTransport;
  readonly #port: MessagePort;
  readonly #listener: PoolWorkerListener;
  readonly #stop: () => void;
  #isLost = false;
  #isOver = false;

  constructor(number: number, worker: WorkerLike, concurrency: number, parts: { readonly broker: DistributedMessageBroker; readonly hub: HubTransport }, listener: PoolWorkerListener) {
    this.number = number;
    this.#worker = worker;
    this.#broker = parts.broker;
    this.#hub = parts.hub;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#listener = listener;
    this.#stop = this.#listen();
    const lives = this.#broker.eventsOf(this.#id).subscribe(({ kind }) => {
      if (kind === 'registered') {
        this.state = 'ready';
        listener.ready();
      } else if (kind === 'unregistered') {
        lives.unsubscribe();
        this.lost();
      }
    });
    this.#hub.add(port1);
    worker.postMessage(serveMessage({ port: port2, id: this.#id, concurrency }), [port2]);
  }

  send(message: unknown, headers: Readonly<Record<string, string>>): Observable<unknown> {
    return this.#broker.send(this.#id, message as never, { headers: { ...headers }, timeout: Infinity });
  }

  /** It has ended by itself. The first who notices says so. */
  lost(): void {
    if (this.#isOver || this.#isLost) return;
    this.#isLost = true;
    this.#listener.ended();
  }

  /** Ends it, whatever it is doing. What it is handling fails with `NodeUnavailable`. */
  end(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#stop();
    this.#hub.remove(this.#port);
    this.#port.close();
    this.#worker.terminate();
  }

  /** Hears of an end that comes before it serves. In Node, an error of a worker that nobody hears of would end the whole process. */
  #listen(): () => void {
    const worker = this.#worker;
    const failed = (): void => {
      if (this.state === 'starting' || worker.addEventListener === undefined) this.lost();
    };
    const stop = listenTo(worker, { message: () => undefined, unreadable: () => undefined, closed: () => this.lost() });
    if (worker.addEventListener === undefined) worker.on?.('error', failed);
    else worker.addEventListener('error', failed);
    return stop;
  }
}
