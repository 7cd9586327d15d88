import { type Observable, type Subscription, asyncScheduler } from 'rxjs';
import type { DistributedMessageBroker } from '../../distributed/distributed-message-broker';
import { check, hasMethod } from '../../failure/check';
import { LONGEST_DELAY } from '../../kernel/timers';
import { actorId } from '../../message/actor-id';
import type { Envelope } from '../../message/envelope';
import type { HubTransport } from './hub-transport';
import { type MessagePortLike, isEventTarget, isPort, listenToEvents } from './message-port-like';
import type { PoolWorkerInfo } from './pool-worker-info';
import { serveMessage } from './serve-message';

/** A worker that a pool can start and end: a `Worker` of a browser or of Node. */
export interface WorkerLike extends MessagePortLike {
  /** Ends the worker at once. */
  terminate(): unknown;
}

/** Is told what becomes of a worker. */
export interface PoolWorkerListener {
  /** It serves from now on. */
  ready(): void;
  /** It has ended by itself, for this reason. The messages that it was handling fail when `end` is called. */
  lost(error: Error): void;
}

/** What the workers of one pool share. */
export interface PoolWorkerSetup {
  readonly broker: DistributedMessageBroker;
  readonly hub: HubTransport;
  /** The most messages at once. */
  readonly concurrency: number;
  /** Milliseconds. */
  readonly startTimeout: number;
}

/** Why a worker is lost that serves no more, though its port is open. */
export const SILENT = 'it was silent for three heartbeats: its thread hangs, or is busy for longer than the option heartbeat allows';

/** @throws {TypeError} for anything but a worker. */
export function checkWorker(worker: unknown): void {
  check(isPort(worker) && hasMethod(worker, 'terminate'), 'start must return a Worker', worker);
}

/** One worker of a pool. */
export class PoolWorker {
  readonly number: number;
  running = 0;
  state: PoolWorkerInfo['state'] = 'starting';
  readonly #id = actorId();
  readonly #worker: WorkerLike;
  readonly #setup: PoolWorkerSetup;
  readonly #port: MessagePort;
  readonly #listener: PoolWorkerListener;
  readonly #stop: () => void;
  readonly #life: Subscription;
  #why: Error | undefined;
  #ended: Promise<unknown> | undefined;

  constructor(number: number, worker: WorkerLike, setup: PoolWorkerSetup, listener: PoolWorkerListener) {
    this.number = number;
    this.#worker = worker;
    this.#setup = setup;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    port1.addEventListener('close', (event) => this.#closed(event));
    this.#listener = listener;
    this.#stop = this.#listen();
    this.#life = this.#follow();
    setup.hub.add(port1);
    worker.postMessage(serveMessage({ port: port2, id: this.#id, concurrency: setup.concurrency }), [port2]);
  }

  /** Why it has ended by itself. */
  get why(): Error | undefined {
    return this.#why;
  }

  get info(): PoolWorkerInfo {
    const { number, running, state } = this;
    return { number, running, state };
  }

  send(message: unknown, { headers, priority, sender }: Envelope): Observable<unknown> {
    const options = { headers: { ...headers }, priority, timeout: Infinity, ...(sender !== undefined && { sender }) };
    return this.#setup.broker.send(this.#id, message as never, options);
  }

  /** The worker has ended by itself, for the reason `why`. Only the first call counts. */
  lost(why: string, cause?: unknown): void {
    if (this.#ended !== undefined || this.#why !== undefined) return;
    this.#why = new Error(why, cause === undefined ? undefined : { cause });
    this.#listener.lost(this.#why);
  }

  /** Ends it at once. The messages that it is handling fail with `NodeUnavailable`. Resolves when its thread has ended, as far as that is told. */
  end(): Promise<unknown> {
    return (this.#ended ??= this.#end());
  }

  async #end(): Promise<void> {
    this.#life.unsubscribe();
    this.#setup.hub.remove(this.#port);
    this.#port.close();
    try {
      await this.#worker.terminate();
    } catch {
      // A thread that cannot be ended has ended.
    }
    this.#stop();
  }

  /** Follows the actor in the worker, which is there when it serves. */
  #follow(): Subscription {
    const { broker, startTimeout } = this.#setup;
    const life = broker.eventsOf(this.#id).subscribe(({ kind }) => {
      if (kind === 'registered') {
        limit?.unsubscribe();
        this.state = 'ready';
        this.#listener.ready();
      } else if (kind === 'unregistered') {
        this.lost(SILENT);
      }
    });
    const late = (): void => this.lost(`it did not serve within ${startTimeout} ms of its start: see whether its module calls serveActor`);
    const limit = startTimeout <= LONGEST_DELAY ? asyncScheduler.schedule(late, startTimeout) : undefined;
    return life.add(limit), life;
  }

  /** The port is closed. Node tells this, and some browsers do. The hub's listener is called after this one. */
  #closed(event: Event): void {
    if (isEventTarget(this.#worker)) this.lost('its thread has ended');
    // A thread of Node tells its error or its exit code a moment later. Its messages fail then, so that they say why.
    else event.stopImmediatePropagation();
  }

  /** Listens to the worker's errors and its exit. In Node, an error of a worker without a listener would end the whole process. */
  #listen(): () => void {
    return listenToEvents(this.#worker, {
      // A worker of a browser goes on after an error, if it could start.
      error: (given) => {
        if (this.state === 'starting' || !isEventTarget(this.#worker)) this.lost(textOf(given), given);
      },
      exit: (code) => this.lost(`its thread has ended with the exit code ${String(code)}`),
    });
  }
}

/** What an error of a worker says: it is anything in Node, and an event in a browser. A script that could not be loaded has no text there. */
function textOf(given: unknown): string {
  if (given instanceof Error) return String(given);
  const { message } = given as { readonly message?: unknown };
  return typeof message === 'string' && message !== '' ? message : 'its script could not be loaded';
}
