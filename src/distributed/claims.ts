import type { SchedulerLike, Subscription } from 'rxjs';
import { isClaimRefused } from './claim-refused';
import type { Transport } from './transport';

/** Milliseconds after which a claim is tried again that the transport could not decide. */
const TRY_AGAIN = 1_000;

/** Is told what becomes of a claim. */
export interface Claimant {
  /** This node owns the id. */
  won(): void;
  /** The node with this id owns it. */
  lost(owner: string): void;
  /** Nobody will ever decide it. */
  refused(error: Error): void;
}

interface Claim {
  /** `undefined`: its actor has ended while it was under way. */
  claimant: Claimant | undefined;
  isHeld: boolean;
}

/** Work that waits for claims. */
interface Wait {
  readonly open: Set<Claim>;
  readonly work: () => void;
}

/** The ids that this node claims and owns. */
export class Claims {
  readonly #transport: Transport;
  readonly #scheduler: SchedulerLike;
  readonly #namespace: string;
  readonly #callbackFailed: (what: string, error: unknown) => void;
  readonly #claims = new Map<string, Claim>();
  readonly #retries = new Set<Subscription>();
  #waits: readonly Wait[] = [];
  #hasStarted = false;
  #isOver = false;

  /** `callbackFailed` is told what a method of the transport throws that must not. */
  constructor(transport: Transport, scheduler: SchedulerLike, namespace: string, callbackFailed: (what: string, error: unknown) => void) {
    this.#callbackFailed = callbackFailed;
    this.#transport = transport;
    this.#scheduler = scheduler;
    this.#namespace = namespace.replaceAll('%', '%25').replaceAll('/', '%2F');
  }

  /** The transport has started. */
  start(): void {
    this.#hasStarted = true;
    for (const [id, claim] of this.#claims) this.#ask(id, claim);
  }

  /** Claims an id. If a claim of it for an actor that has ended is still under way, `claimant` takes that over. */
  claim(id: string, claimant: Claimant): void {
    const open = this.#claims.get(id);
    if (open !== undefined) {
      open.claimant = claimant;
      return;
    }
    const claim: Claim = { claimant, isHeld: false };
    this.#claims.set(id, claim);
    if (this.#hasStarted) this.#ask(id, claim);
  }

  /** Calls `work` when the claims that are under way now are decided. A claim that the transport could not decide is not waited for. */
  whenDecided(work: () => void): void {
    const open = new Set([...this.#claims.values()].filter(({ isHeld }) => !isHeld));
    if (open.size === 0) work();
    else this.#waits = [...this.#waits, { open, work }];
  }

  isHeld(id: string): boolean {
    return this.#claims.get(id)?.isHeld === true;
  }

  /** The actor has ended. Its id is free, at once or when the claim that is under way has been decided. */
  release(id: string): void {
    const claim = this.#claims.get(id);
    if (claim === undefined || this.#isOver) return;
    claim.claimant = undefined;
    if (!claim.isHeld && this.#hasStarted) return;
    this.#claims.delete(id);
    if (claim.isHeld) this.#giveUp(id);
    this.#goOn(claim);
  }

  /** Nothing more is claimed or released: this node leaves, and its claims with it. */
  close(): void {
    this.#isOver = true;
    for (const retry of this.#retries) retry.unsubscribe();
  }

  #ask(id: string, claim: Claim): void {
    const failed = (error?: unknown): void => {
      if (this.#isOver || this.#claims.get(id) !== claim) return;
      if (isClaimRefused(error)) {
        this.#claims.delete(id);
        claim.claimant?.refused(error);
        this.#goOn(claim);
        return;
      }
      if (claim.claimant === undefined) {
        // The actor has ended meanwhile. This node may own the id all the same, so the id is given up.
        this.#claims.delete(id);
        this.#giveUp(id);
        this.#goOn(claim);
        return;
      }
      const retry = this.#scheduler.schedule(() => {
        this.#retries.delete(retry);
        this.#ask(id, claim);
      }, TRY_AGAIN);
      this.#retries.add(retry);
      this.#goOn(claim);
    };
    try {
      this.#transport.claim(this.#keyOf(id)).then((owner) => this.#decided(id, claim, owner), failed);
    } catch (error) {
      failed(error);
    }
  }

  #decided(id: string, claim: Claim, owner: string): void {
    if (this.#isOver || this.#claims.get(id) !== claim) return;
    const { claimant } = claim;
    if (owner === this.#transport.nodeId) {
      claim.isHeld = true;
      if (claimant === undefined) this.release(id);
      else claimant.won();
    } else {
      this.#claims.delete(id);
      claimant?.lost(owner);
    }
    this.#goOn(claim);
  }

  /** Gives an id up. Part of a step, which an error of the transport must not end. */
  #giveUp(id: string): void {
    try {
      this.#transport.release(this.#keyOf(id));
    } catch (error) {
      this.#callbackFailed('release of the transport', error);
    }
  }

  /**
   * The id as the transport gets it. The namespace stands before the first `/`, so that applications share no ids, whichever namespaces and ids
   * they choose. An id without a `/` and without a namespace stays as it is.
   */
  #keyOf(id: string): string {
    return this.#namespace === '' && !id.includes('/') ? id : `${this.#namespace}/${id}`;
  }

  /** Calls the works that wait for no other claim than this one, which is decided, or is not waited for. */
  #goOn(claim: Claim): void {
    for (const { open, work } of this.#waits) if (open.delete(claim) && open.size === 0) work();
    this.#waits = this.#waits.filter(({ open }) => open.size > 0);
  }
}
