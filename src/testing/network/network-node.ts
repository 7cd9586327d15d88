import type { SchedulerLike, Subscription } from 'rxjs';
import type { Batch, Transport, TransportListener } from '../../distributed/transport';
import { check, checkActorId, hasMethod, refuse } from '../../failure/check';
import { Line } from './line';
import type { Member, Registry } from './registry';
import { ScheduledPromise } from './scheduled-promise';
import type { Wire, WireEnd } from './wire';

/** The parts of the network that all its nodes share. */
export interface NetworkParts {
  readonly scheduler: SchedulerLike;
  readonly registry: Registry;
  readonly wire: Wire;
  readonly lease: number;
  readonly maxBatch: number;
  readonly structured: boolean;
}

/** A node of the network: the transport that a broker is given, and what the network does to it. */
export class NetworkNode implements Transport, Member, WireEnd {
  readonly name: string;
  readonly nodeId: string;
  readonly maxBatch: number;
  readonly structured: boolean;
  readonly #parts: NetworkParts;
  readonly #requests: Line;
  readonly #news: Line;
  readonly #answers = new Set<ScheduledPromise<any>>();
  #listener: TransportListener | undefined;
  #isCut = false;
  #isStopped = false;
  /** Its lease has ended, and its process does not know it yet. */
  #isLeaseOver = false;
  /** It has left, was fenced, or was killed: nothing reaches it any more. */
  #isOver = false;
  /** What its process sends and receives once it is no longer stopped. */
  #stopped: (() => void)[] = [];
  #leaseEnd: Subscription | undefined;

  constructor(name: string, nodeId: string, parts: NetworkParts) {
    this.name = name;
    this.nodeId = nodeId;
    this.maxBatch = parts.maxBatch;
    this.structured = parts.structured;
    this.#parts = parts;
    this.#requests = new Line(parts.scheduler, () => !this.#isCut);
    this.#news = new Line(parts.scheduler, () => !this.#isCut);
  }

  /** Vue's `reactive` makes no proxy of an object that has this. */
  get __v_skip(): boolean {
    return true;
  }

  // Transport ----------------------------------------------------------------------------------------

  start(listener: TransportListener): PromiseLike<void> {
    check(hasMethod(listener, 'batch'), 'listener must be a TransportListener', listener);
    if (this.#listener !== undefined) throw new Error(`the transport of ${this.nodeId} was started before: a node that returns needs a new one`);
    this.#listener = listener;
    return this.#ask(() => {
      this.#parts.wire.add(this);
      this.#parts.registry.join(this);
      this.#lookAtLease();
    });
  }

  send(to: string, batch: Batch, transfer?: readonly unknown[]): boolean {
    this.#checkBatch(batch);
    if (this.#isOver || this.#isCut || !this.#isMember()) return false;
    const copy = typeof batch === 'string' ? batch : (structuredClone(batch, { transfer: [...(transfer ?? [])] as Transferable[] }) as Batch);
    this.#inProcess(() => this.#parts.wire.send(this, to, copy));
    return true;
  }

  claim(id: string): PromiseLike<string> {
    checkActorId(id);
    return this.#ask(() => this.#parts.registry.claim(this.nodeId, id));
  }

  release(id: string): void {
    checkActorId(id);
    this.#request(() => this.#parts.registry.release(this.nodeId, id));
  }

  close(): PromiseLike<void> {
    const { scheduler, wire, registry } = this.#parts;
    const closed = new ScheduledPromise<void>(scheduler);
    const resolve = (): void => void scheduler.schedule(() => closed.resolve(), wire.latency());
    if (this.#isOver) resolve();
    this.#inProcess(() => {
      // A node that is cut off cannot say goodbye: the others learn of its end when its lease has ended.
      if (!this.#isCut) scheduler.schedule(() => registry.leave(this.nodeId), wire.latency());
      this.#end();
      resolve();
    });
    return closed;
  }

  // What the network does to it ----------------------------------------------------------------------

  tell(news: (listener: TransportListener) => void): void {
    this.#news.push(this.#parts.wire.latency(), () => this.#inProcess(() => news(this.#listener as TransportListener)));
  }

  receive(from: string, batch: unknown): boolean {
    if (this.#isCut || this.#isOver) return false;
    this.#inProcess(() => this.#listener?.batch(from, batch));
    return true;
  }

  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    this.#lookAtLease();
    if (this.#isMember()) this.#inProcess(() => this.#listener?.connected(false));
  }

  heal(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    this.#lookAtLease();
    if (this.#isMember()) this.#inProcess(() => this.#listener?.connected(true));
    this.#requests.run();
    this.#news.run();
  }

  stop(): void {
    this.#isStopped = true;
    this.#lookAtLease();
  }

  resume(): void {
    if (!this.#isStopped) return;
    this.#isStopped = false;
    this.#lookAtLease();
    if (this.#isLeaseOver) this.#fence();
    const works = this.#stopped;
    this.#stopped = [];
    for (const work of works) this.#inProcess(work);
  }

  kill(): void {
    this.#isStopped = false;
    this.#fence();
  }

  // --------------------------------------------------------------------------------------------------

  #isMember(): boolean {
    return this.#parts.registry.has(this.nodeId);
  }

  /** Does what its process does: now, or when it is no longer stopped. A process whose node is over does nothing. */
  #inProcess(work: () => void): void {
    if (this.#isOver) return;
    if (this.#isStopped) this.#stopped.push(work);
    else work();
  }

  #request(work: () => void): void {
    this.#inProcess(() => {
      this.#requests.push(this.#parts.wire.latency(), () => {
        if (!this.#isOver) work();
      });
    });
  }

  /** Asks the registry. The answer comes after all news that the registry has sent before. */
  #ask<T>(work: () => T): ScheduledPromise<T> {
    const answer = new ScheduledPromise<T>(this.#parts.scheduler);
    if (this.#isOver) {
      answer.reject(this.#overError());
      return answer;
    }
    this.#answers.add(answer);
    this.#request(() => {
      const result = work();
      this.tell(() => {
        this.#answers.delete(answer);
        answer.resolve(result);
      });
    });
    return answer;
  }

  /** The lease is renewed while the node lives and reaches the registry. Else it ends, `lease` milliseconds later. */
  #lookAtLease(): void {
    const isRenewed = !this.#isCut && !this.#isStopped && !this.#isOver;
    if (isRenewed) {
      this.#leaseEnd?.unsubscribe();
      this.#leaseEnd = undefined;
    } else if (this.#isMember()) {
      this.#leaseEnd ??= this.#parts.scheduler.schedule(() => this.#endLease(), this.#parts.lease);
    }
  }

  #endLease(): void {
    this.#isLeaseOver = true;
    // Its process is told first: it knows by its own clock that it could not renew the lease.
    if (!this.#isStopped) this.#fence();
    this.#parts.registry.leave(this.nodeId);
  }

  #fence(): void {
    if (this.#isOver) return;
    const listener = this.#listener;
    this.#end();
    this.#lookAtLease();
    listener?.fenced();
  }

  #end(): void {
    this.#isOver = true;
    this.#stopped = [];
    this.#parts.wire.remove(this);
    const answers = [...this.#answers];
    this.#answers.clear();
    for (const answer of answers) answer.reject(this.#overError());
  }

  #overError(): Error {
    return new Error(`the node ${this.nodeId} has left the network`);
  }

  /** A batch that no transport could carry is a defect of the sender, which a test must not overlook. */
  #checkBatch(batch: Batch): void {
    const isFine = typeof batch === 'string' || batch instanceof Uint8Array || (this.structured && Array.isArray(batch));
    check(isFine, `a batch must be ${this.structured ? 'text, bytes or an array' : 'text or bytes: this network is not structured'}`, batch);
    const size = typeof batch === 'string' ? new TextEncoder().encode(batch).length : batch instanceof Uint8Array ? batch.length : 0;
    if (size > this.maxBatch) refuse(`a batch must have at most ${this.maxBatch} bytes`, `${size} bytes`, RangeError);
  }
}
