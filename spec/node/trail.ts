/** Something to send that can be watched for its end. */
export class Letter {
  readonly kind = 'letter';
}

/** Follows objects by name. */
export class Trail {
  readonly references: Record<string, WeakRef<object>> = {};

  follow<T extends object>(name: string, object: T): T {
    this.references[name] = new WeakRef(object);
    return object;
  }

  /** A caller: a subscriber, and what it holds. */
  caller(name: string): { next(value: unknown): void; error(error: unknown): void } {
    return this.follow(name, { next: () => {}, error: () => {} });
  }
}
