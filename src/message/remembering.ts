/** Makes a function that remembers the last value that it was given, and the result. It calls `of` for another value only. */
export function remembering<Value, Result>(of: (value: Value) => Result): (value: Value) => Result {
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
