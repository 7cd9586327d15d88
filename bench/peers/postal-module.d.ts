/** The part of postal that is used. The package has no types of its own. */
declare module 'postal' {
  interface Subscription {
    unsubscribe(): void;
  }
  interface Channel {
    subscribe(topic: string, callback: (data: number) => void): Subscription;
    publish(topic: string, data: number): void;
  }
  const postal: { channel(name?: string): Channel };
  // It is a CommonJS module, which Node imports as a default.
  export { postal as default };
}
