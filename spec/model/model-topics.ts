import type { Payload } from './command';

interface Binding<T> {
  readonly pattern: string;
  readonly value: T;
  /** Bound so often: it is one binding, in the place of the first. */
  count: number;
}

/** What is bound to patterns, as a list in the order of binding. */
export class ModelBindings<T> {
  #bindings: Binding<T>[] = [];

  add(pattern: string, value: T): void {
    const known = this.#find(pattern, value);
    if (known === undefined) this.#bindings.push({ pattern, value, count: 1 });
    else known.count++;
  }

  remove(pattern: string, value: T): void {
    const known = this.#find(pattern, value);
    if (known !== undefined && --known.count === 0) this.#bindings = this.#bindings.filter((one) => one !== known);
  }

  forget(value: T): void {
    this.#bindings = this.#bindings.filter((one) => one.value !== value);
  }

  /** T2: one bound twice is one target. */
  match(topic: string): T[] {
    return [...new Set(this.#bindings.filter(({ pattern }) => matches(pattern, topic)).map(({ value }) => value))];
  }

  #find(pattern: string, value: T): Binding<T> | undefined {
    return this.#bindings.find((one) => one.pattern === pattern && one.value === value);
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

/** T4: a topic's last value, in the order in which topics first had one. */
export class ModelRetained {
  readonly #values = new Map<string, Payload>();

  set(topic: string, payload: Payload): void {
    this.#values.set(topic, payload);
  }

  get(topic: string): Payload | undefined {
    return this.#values.get(topic);
  }

  clear(): void {
    this.#values.clear();
  }

  match(pattern: string): (readonly [string, Payload])[] {
    return [...this.#values].filter(([topic]) => matches(pattern, topic));
  }
}
