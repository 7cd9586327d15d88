import { type Observable, Subject, defer, mergeMap } from 'rxjs';
import { ClaimRefused } from '../../distributed/claim-refused';
import type { ConnectionWatch } from './connection-watch';
import type { Deaths } from './deaths';
import { isTemporary } from './nats-failure';
import { patiently } from './patiently';
import type { Entry, Registry } from './registry';
import { claimKey } from './subjects';

/** How many claims and releases wait for the server at once. More would only wait there, until their time is over. */
const AT_ONCE = 256;

/** The ids that this node has claimed. A claim of a node that is gone can be taken over; that of a living one never. */
export class Claims {
  readonly #registry: Registry;
  readonly #watch: ConnectionWatch;
  readonly #deaths: Deaths;
  readonly #lives: (node: string) => Promise<boolean>;
  readonly #node: string;
  /** The revision of each claim that this node holds. */
  readonly #held = new Map<string, number>();
  /** The last work for an id: the next one waits for it. */
  readonly #last = new Map<string, Promise<unknown>>();
  readonly #work = new Subject<Observable<void>>();
  /** What rejects the open work. */
  readonly #open = new Set<() => void>();
  #isOver = false;

  /** `lives` says whether a node that has a lease lives, as soon as that is known. */
  constructor(registry: Registry, watch: ConnectionWatch, deaths: Deaths, node: string, lives: (node: string) => Promise<boolean>) {
    this.#registry = registry;
    this.#watch = watch;
    this.#deaths = deaths;
    this.#lives = lives;
    this.#node = node;
    this.#work.pipe(mergeMap((work) => work, AT_ONCE)).subscribe();
  }

  /** Resolves with the node that owns the id. Rejects if this node has left, and with a `ClaimRefused` if the server refuses the claim. */
  claim(id: string): Promise<string> {
    return this.#inOrder(id, () => this.#claim(id)).catch((cause: unknown) => {
      throw this.#isOver ? cause : new ClaimRefused(id, { cause });
    });
  }

  /** Gives an id up. It is tried again until the server has taken it, or this node has left. */
  release(id: string): Promise<void> {
    return this.#inOrder(id, () => this.#release(id));
  }

  /** Gives up all ids. */
  async releaseAll(): Promise<void> {
    await Promise.allSettled(this.#last.values());
    await Promise.allSettled([...this.#held.keys()].map((id) => this.release(id)));
  }

  /** Stops: what is still open rejects. */
  stop(): void {
    this.#isOver = true;
    this.#work.complete();
    for (const reject of this.#open) reject();
  }

  /** Erases the claims of nodes that are gone, so that ids that nobody uses again do not stay for ever. */
  async sweep(isLivingNode: (node: string) => boolean): Promise<void> {
    const claims = await this.#registry.list('actors');
    const owners = new Set([...claims.values()].map(({ value }) => value).filter((owner) => owner !== '' && !isLivingNode(owner)));
    for (const owner of owners) if (!(await this.#deaths.declare(owner))) owners.delete(owner);
    const orphans = [...claims].filter(([, { value }]) => owners.has(value));
    await Promise.all(orphans.map(([key, { revision }]) => this.#soon(() => this.#registry.erase(`actors.${key}`, revision))));
  }

  async #claim(id: string): Promise<string> {
    if (this.#held.has(id)) return this.#node;
    const key = await claimKey(id);
    let expected = 0;
    for (;;) {
      const revision = await this.#registry.write(key, this.#node, expected);
      const entry = revision === undefined ? await this.#registry.readOther(key, expected) : { revision, value: this.#node };
      expected = entry?.revision ?? 0;
      const owner = entry?.value ?? '';
      if (owner === this.#node) this.#held.set(id, expected);
      if (owner === this.#node) return owner;
      // A process that was killed and starts again meets the claims of its former life, whose lease has not ended yet.
      if (owner !== '' && !(await this.#deaths.declare(owner)) && (await this.#lives(owner))) return owner;
    }
  }

  async #release(id: string): Promise<void> {
    const revision = this.#held.get(id);
    if (revision === undefined) return;
    const key = await claimKey(id);
    if (!(await this.#registry.erase(key, revision))) {
      // An erasure without a receipt may have happened, and another node may own the id by now.
      const entry: Entry | undefined = await this.#registry.readOther(key, revision);
      if (entry?.value === this.#node) {
        this.#held.set(id, entry.revision);
        return this.#release(id);
      }
    }
    this.#held.delete(id);
  }

  #inOrder<T>(id: string, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(id) ?? Promise.resolve();
    const done = before.then(
      () => this.#soon(work),
      () => this.#soon(work),
    );
    this.#last.set(id, done);
    const forget = (): void => {
      if (this.#last.get(id) === done) this.#last.delete(id);
    };
    done.then(forget, forget);
    return done;
  }

  /** Does some work when fewer than `AT_ONCE` others are open, and again until the server has answered. */
  #soon<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isOver) return Promise.reject(hasLeft());
    return new Promise((resolve, reject) => {
      const leave = (): void => reject(hasLeft());
      this.#open.add(leave);
      const isDone = (): void => void this.#open.delete(leave);
      this.#work.next(defer(() => this.#untilAnswered(work).then(resolve, reject).finally(isDone)));
    });
  }

  #untilAnswered<T>(work: () => Promise<T>): Promise<T> {
    const whenUp = async (): Promise<T> => {
      await this.#watch.whenUp();
      return work();
    };
    return patiently(whenUp, { duration: Infinity, mayPass: (error) => isTemporary(error) && !this.#isOver });
  }
}

const hasLeft = (): Error => new Error('this node has left the cluster, and can claim nothing');
