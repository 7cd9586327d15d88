import { check, hasMethod } from '../../failure/check';

/** An end of a message channel: a `MessagePort`, a `Worker` of a browser or of Node, `parentPort`, or the global object of a worker. */
export interface MessagePortLike {
  /** Sends a message to the other end. `transfer` lists what moves there. */
  postMessage(message: any, transfer?: any): void;
  /** Begins the delivery of messages, where that is not automatic. */
  start?(): void;
  /** Adds a listener of an `EventTarget`. */
  addEventListener?(type: string, listener: (event: any) => void): void;
  /** Removes it. */
  removeEventListener?(type: string, listener: (event: any) => void): void;
  /** Adds a listener of an `EventEmitter`, as Node's `Worker` is one. */
  on?(type: string, listener: (value: any) => void): unknown;
  /** Removes it. */
  off?(type: string, listener: (value: any) => void): unknown;
}

/** Hears the messages of a port. */
export interface PortListener {
  message(message: unknown): void;
  /** A message came that could not be read. */
  unreadable(): void;
  /** The other end is gone for good. Not every platform says so. */
  closed(): void;
}

export function checkPort(port: unknown): void {
  check(isPort(port), 'port must be a MessagePort or a Worker', port);
}

export function isPort(port: unknown): port is MessagePortLike {
  return hasMethod(port, 'postMessage') && (hasMethod(port, 'addEventListener') || hasMethod(port, 'on'));
}

/** Whether it has the events of a browser. A worker of Node has Node's own, though a port of Node has both. */
export function isEventTarget(port: MessagePortLike): boolean {
  return port.addEventListener !== undefined;
}

/** Listens to a port. Returns the end of it. */
export function listenTo(port: MessagePortLike, listener: PortListener): () => void {
  const isTarget = isEventTarget(port);
  const message = (given: unknown): void => listener.message(isTarget ? (given as { readonly data: unknown }).data : given);
  const closed = (): void => listener.closed();
  // A port of Node and of some browsers tells `close`, a worker of Node `exit`.
  const stop = listenToEvents(port, { message, messageerror: () => listener.unreadable(), close: closed, exit: closed });
  port.start?.();
  return stop;
}

/** Listens to some events of a port or of a worker. Returns the end of it. */
export function listenToEvents(port: MessagePortLike, listeners: Readonly<Record<string, (given: unknown) => void>>): () => void {
  const isTarget = isEventTarget(port);
  const events = Object.entries(listeners);
  for (const [type, listener] of events) {
    if (isTarget) port.addEventListener?.(type, listener);
    else port.on?.(type, listener);
  }
  return () => {
    for (const [type, listener] of events) {
      if (isTarget) port.removeEventListener?.(type, listener);
      else port.off?.(type, listener);
    }
  };
}

/** Whether this is the port of a worker to its owner. The worker ends with its owner. */
export function isOwnersPort(port: MessagePortLike): boolean {
  return port === ownersPort();
}

/** The port of this worker to its owner. `undefined` outside of a worker, and in Node before 20.16. */
export function ownersPort(): MessagePortLike | undefined {
  const { document, process, postMessage } = globalThis as { readonly document?: unknown; readonly process?: NodeProcess; readonly postMessage?: unknown };
  const parentPort = process?.getBuiltinModule?.('node:worker_threads')?.parentPort;
  if (parentPort) return parentPort;
  return document === undefined && process === undefined && typeof postMessage === 'function' ? globalThis : undefined;
}

interface NodeProcess {
  getBuiltinModule?(name: string): { readonly parentPort?: MessagePortLike | null } | undefined;
}
