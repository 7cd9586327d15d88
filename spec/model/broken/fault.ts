/** Takes a fault back. */
export type Undo = () => void;

/** One fault that a broker could have. It is put into the model, so that the correct broker differs from the model. */
export interface Fault {
  readonly name: string;
  readonly breakIt: () => Undo;
}

/** Replaces a method of a class by one that `make` makes of it. */
export function patch<T extends object, Name extends keyof T>(of: { readonly prototype: T }, name: Name, make: (sound: T[Name]) => (this: T, ...args: any[]) => unknown): Undo {
  const { prototype } = of;
  const sound = prototype[name];
  Object.defineProperty(prototype, name, { value: make(sound), configurable: true, writable: true });
  return () => Object.defineProperty(prototype, name, { value: sound, configurable: true, writable: true });
}

/** Replaces a getter of a class. */
export function patchGetter<T extends object, Name extends keyof T>(of: { readonly prototype: T }, name: Name, get: (this: T) => T[Name]): Undo {
  const { prototype } = of;
  const sound = Object.getOwnPropertyDescriptor(prototype, name)!;
  Object.defineProperty(prototype, name, { ...sound, get });
  return () => Object.defineProperty(prototype, name, sound);
}
