/** A step from a value to one inside it: a property, an index, or the nth key or value of a collection. */
type Step = string | number | { readonly nth: number; readonly of: 'key' | 'value' };

/** What a codec needs to know of a payload, or treats in its own way. */
export interface SnapshotOptions {
  /** Says whether an object, which is no array and no plain object, crosses as it is: it is transferred or shared, so it must not be copied. */
  readonly keeps?: (value: object) => boolean;
  /** Looks at every text for half of a surrogate pair, for `isPackable`. */
  readonly checksText?: boolean;
}

/** How deep a payload may be nested. Every program that reads it recursively has stack enough for this. */
export const MAX_DEPTH = 1_000;

/** A copy of a payload, of plain data and collections only. */
export interface Snapshot {
  readonly copy: unknown;
  /** Whether `JSON.parse(JSON.stringify(copy))` equals it. */
  readonly isJson: boolean;
  /** Whether msgpackr carries it: it has no -0, no object without a prototype, no `toJSON`, and no half of a surrogate pair (with `checksText`). */
  readonly isPackable: boolean;
}

/**
 * Copies a payload, so that its sender can change it afterwards. It reads every property once, so an accessor is called once, and what was
 * checked is what is sent. A value that is met twice, or inside itself, is copied once.
 *
 * @throws {TypeError} for a value that cannot cross. The text names its path and its kind.
 */
export function snapshotOf(payload: unknown, options: SnapshotOptions = {}): Snapshot {
  const copier = new Copier(options);
  const copy = copier.copy(payload);
  return { copy, isJson: copier.isJson, isPackable: copier.isPackable };
}

class Copier {
  isJson = true;
  isPackable = true;
  readonly #options: SnapshotOptions;
  readonly #path: Step[] = [];
  /** The first object and its copy: most payloads have few, and a map takes 400 bytes. */
  #first: object | undefined;
  #firstCopy: unknown;
  #copies: Map<object, unknown> | undefined;

  constructor(options: SnapshotOptions) {
    this.#options = options;
  }

  copy(value: unknown): unknown {
    switch (typeof value) {
      case 'string':
        this.#checkText(value);
        return value;
      case 'boolean':
        return value;
      case 'number':
        if (!Number.isFinite(value)) this.isJson = false;
        else if (Object.is(value, -0)) this.isJson = this.isPackable = false;
        return value;
      case 'undefined':
      case 'bigint':
        this.isJson = false;
        return value;
      case 'object':
        return value === null ? null : this.#object(value);
      default:
        return this.#refuse(`a ${typeof value}`);
    }
  }

  #object(value: object): unknown {
    const known = value === this.#first ? this.#firstCopy : this.#copies?.get(value);
    if (known !== undefined) {
      this.isJson = false;
      return known;
    }
    if (this.#path.length >= MAX_DEPTH) this.#refuse(`nested deeper than ${MAX_DEPTH} levels`);
    if (Array.isArray(value)) return this.#array(value);
    const prototype: unknown = Object.getPrototypeOf(value);
    if (isPlain(prototype)) return this.#plain(value, prototype);
    this.isJson = false;
    if (this.#options.keeps?.(value) === true) return value;
    return this.#collection(value, prototype as object);
  }

  #array(value: readonly unknown[]): unknown[] {
    const { length } = value;
    const copy: unknown[] = [];
    this.#remember(value, copy);
    for (let index = 0; index < length; index++) {
      this.#path.push(index);
      const element = value[index];
      // Holes are refused: an array of two billion of them would be a short text, and a long loop for its reader.
      if (element === undefined && !(index in value)) this.#refuse('a hole of an array');
      copy.push(this.copy(element));
      this.#path.pop();
    }
    return copy;
  }

  #plain(value: object, prototype: object | null): object {
    const copy = (prototype === null ? Object.create(null) : {}) as Record<string, unknown>;
    if (prototype === null) this.isJson = this.isPackable = false;
    this.#remember(value, copy);
    for (const key of Object.keys(value)) {
      this.#path.push(key);
      if (key === '__proto__') this.#refuse('a property named __proto__');
      this.#checkText(key);
      if (key === 'toJSON') this.isPackable = false;
      copy[key] = this.copy((value as Record<string, unknown>)[key]);
      this.#path.pop();
    }
    for (const symbol of Object.getOwnPropertySymbols(value)) {
      if (Object.prototype.propertyIsEnumerable.call(value, symbol)) this.#refuse(`an object with a property named ${String(symbol)}`);
    }
    return copy;
  }

  /** Copies a collection, a date, a regular expression, or bytes. */
  #collection(value: object, prototype: object): unknown {
    const kind = ArrayBuffer.isView(value) ? 'view' : nameOf(prototype);
    try {
      switch (kind) {
        case 'view':
          return this.#remember(value, copyView(value as ArrayBufferView));
        case 'Date':
          return this.#remember(value, new Date(Date.prototype.getTime.call(value)));
        case 'RegExp':
          return this.#remember(value, new RegExp(value as RegExp));
        case 'ArrayBuffer':
          return this.#remember(value, ArrayBuffer.prototype.slice.call(value, 0));
        case 'Map':
          return this.#map(value, Map.prototype.entries.call(value));
        case 'Set':
          return this.#set(value, Set.prototype.values.call(value));
      }
    } catch (error) {
      if (error instanceof Refusal) throw error;
      // A built-in method refuses an object that is not of its kind, and a buffer that has been transferred.
    }
    return this.#refuse(kind === 'view' || kind === 'ArrayBuffer' ? 'a buffer that was transferred' : `an instance of ${kind}`);
  }

  #map(value: object, entries: Iterable<[unknown, unknown]>): Map<unknown, unknown> {
    const copy = this.#remember(value, new Map<unknown, unknown>());
    let nth = 0;
    for (const [key, inner] of entries) {
      const copiedKey = this.#nth(nth, 'key', key);
      copy.set(copiedKey, this.#nth(nth++, 'value', inner));
    }
    return copy;
  }

  #set(value: object, values: Iterable<unknown>): Set<unknown> {
    const copy = this.#remember(value, new Set<unknown>());
    let nth = 0;
    for (const inner of values) copy.add(this.#nth(nth++, 'value', inner));
    return copy;
  }

  #nth(nth: number, of: 'key' | 'value', value: unknown): unknown {
    this.#path.push({ nth, of });
    const copy = this.copy(value);
    this.#path.pop();
    return copy;
  }

  #checkText(text: string): void {
    if (this.#options.checksText === true && LONE_SURROGATE.test(text)) this.isPackable = false;
  }

  #remember<T>(value: object, copy: T): T {
    if (this.#first === undefined) {
      this.#first = value;
      this.#firstCopy = copy;
    } else (this.#copies ??= new Map()).set(value, copy);
    return copy;
  }

  #refuse(kind: string): never {
    throw new Refusal(`${pathOf(this.#path)} is ${kind}, which cannot cross to another node`);
  }
}

/** Tells the refusals of this module from errors of the payload's own code. */
class Refusal extends TypeError {}
Refusal.prototype.name = 'TypeError';

const LONE_SURROGATE = /\p{Surrogate}/u;

/** Whether this is the prototype of plain objects, of this realm or another one. */
function isPlain(prototype: unknown): prototype is object | null {
  if (prototype === null || prototype === Object.prototype) return true;
  return Object.getPrototypeOf(prototype) === null && Object.hasOwn(prototype as object, 'isPrototypeOf');
}

/** The name of the class that a prototype belongs to. It calls no code of the class. */
function nameOf(prototype: object): string {
  const constructor: unknown = Object.getOwnPropertyDescriptor(prototype, 'constructor')?.value;
  const name: unknown = typeof constructor === 'function' ? Object.getOwnPropertyDescriptor(constructor, 'name')?.value : undefined;
  return typeof name === 'string' && name !== '' ? name : 'a class without a name';
}

/** Its `toStringTag` reads the name of the built-in class of an array, which a subclass cannot change. */
const typedArrayPrototype = Object.getPrototypeOf(Uint8Array.prototype) as object;

/** Copies the bytes that a view shows. A subclass, such as Node's `Buffer`, becomes the array that it extends. */
function copyView(view: ArrayBufferView): ArrayBufferView {
  const bytes = new Uint8Array(view.buffer, view.byteOffset, view.byteLength).slice();
  const name = Reflect.get(typedArrayPrototype, Symbol.toStringTag, view) as string | undefined;
  const ViewClass = Reflect.get(globalThis, name ?? 'DataView') as new (buffer: ArrayBuffer) => ArrayBufferView;
  return new ViewClass(bytes.buffer);
}

/** Writes a path as code would: `payload.orders[3].when`. */
function pathOf(path: readonly Step[]): string {
  const steps = path.map((step) => {
    if (typeof step === 'number') return `[${step}]`;
    if (typeof step === 'object') return `<${step.of} ${step.nth}>`;
    return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  });
  // The middle of a long path helps nobody.
  const shown = steps.length > 20 ? [...steps.slice(0, 10), '…', ...steps.slice(-10)] : steps;
  return `payload${shown.join('')}`;
}
