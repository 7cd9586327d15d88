interface Binding<T> {
  readonly pattern: string;
  readonly value: T;
  /** How often the value was bound to the pattern. It is one binding, at the place of the first. */
  count: number;
}

/** Values bound to patterns, as a list in the order of binding. */
export class ModelBindings<T> {
  #bindings: Binding<T>[] = [];

  /** Binds a value. Returns a function that takes this back, once. */
  add(pattern: string, value: T): () => void {
    let binding = this.#bindings.find((one) => one.pattern === pattern && one.value === value);
    if (binding === undefined) this.#bindings.push((binding = { pattern, value, count: 0 }));
    const bound = binding;
    bound.count++;
    let isDone = false;
    return () => {
      if (!isDone && --bound.count === 0) this.#bindings = this.#bindings.filter((one) => one !== bound);
      isDone = true;
    };
  }

  forget(value: T): void {
    this.#bindings = this.#bindings.filter((one) => one.value !== value);
  }

  /** T2: the values that match. A value that is bound twice is one target. */
  match(topic: string): T[] {
    return [...new Set(this.#bindings.filter(({ pattern }) => matches(pattern, topic)).map(({ value }) => value))];
  }
}

/** T1: `*` is one token, `>` is one or more at the end. */
export function matches(pattern: string, topic: string): boolean {
  const tokens = topic.split('.');
  const wanted = pattern.split('.');
  const isOpen = wanted.at(-1) === '>';
  if (isOpen ? tokens.length < wanted.length : tokens.length !== wanted.length) return false;
  return wanted.every((token, index) => token === '*' || token === '>' || token === tokens[index]);
}
