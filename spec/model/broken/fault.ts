/** One way in which a broker may be broken, put into the classes of the real one. */
export interface Fault {
  readonly name: string;
  /** Puts it in. */
  readonly breakIt: () => Undo;
}

export type Undo = () => void;

/** Replaces a method of a class; `by` gets the one that was there. */
export function patch<T extends object, Name extends keyof T>(of: { readonly prototype: T }, name: Name, by: (sound: T[Name]) => (this: T, ...args: any[]) => unknown): Undo {
  const { prototype } = of;
  const sound = prototype[name];
  Object.defineProperty(prototype, name, { value: by(sound), configurable: true, writable: true });
  return () => Object.defineProperty(prototype, name, { value: sound, configurable: true, writable: true });
}

/** Replaces a getter of a class. */
export function patchGetter<T extends object, Name extends keyof T>(of: { readonly prototype: T }, name: Name, get: (this: T) => T[Name]): Undo {
  const { prototype } = of;
  const sound = Object.getOwnPropertyDescriptor(prototype, name)!;
  Object.defineProperty(prototype, name, { ...sound, get });
  return () => Object.defineProperty(prototype, name, sound);
}

/** Has `work` find another value in one field. */
export function during<T extends object, Name extends keyof T, Result>(of: T, name: Name, value: T[Name], work: () => Result): Result {
  const known = Object.getOwnPropertyDescriptor(of, name);
  Object.defineProperty(of, name, { value, configurable: true, writable: true });
  try {
    return work();
  } finally {
    if (known === undefined) Reflect.deleteProperty(of, name);
    else Object.defineProperty(of, name, known);
  }
}
