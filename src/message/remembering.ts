/** Makes a function that remembers the last value that it was given, and its result. It calls `of` again only for a different value. */
export function remembering<Value, Result>(of: (value: Value) => Result): (value: Value) => Result {
  // At first the function itself, which nobody gives to it.
  let last: unknown = of;
  let result: Result;
  return (value) => {
    if (value !== last) {
      result = of(value);
      last = value;
    }
    return result;
  };
}
