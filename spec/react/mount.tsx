import { type InMemoryMessageBroker as Broker, type BrokerOptions, InMemoryMessageBroker } from 'rx-broker';
import { BrokerProvider } from 'rx-broker/react';
import { Component, type ReactNode, StrictMode, act } from 'react';
import { type Root, createRoot, hydrateRoot } from 'react-dom/client';
import { onTestFinished } from 'vitest';

// React asks for this where `act` is used.
Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: true });

/** A broker that logs nothing. */
export const createBroker = (options: BrokerOptions = {}): Broker => new InMemoryMessageBroker({ logDeadLetters: false, ...options });

/** Components on a page, below a provider. */
export interface Mounted {
  readonly container: HTMLElement;
  /** What the page shows. */
  readonly text: string;
  render(node: ReactNode, broker?: Broker): void;
  unmount(): void;
}

/** A place on the page for this test. Other files of specs may get the same page. */
function newContainer(): HTMLElement {
  const container = document.body.appendChild(document.createElement('div'));
  onTestFinished(() => container.remove());
  return container;
}

/** Renders below a provider, with all effects. */
export function mount(broker: Broker, node: ReactNode): Mounted {
  const container = newContainer();
  const root = createRoot(container);
  return mounted(container, (all) => root.render(all), () => root.unmount(), broker, node);
}

/** The same in StrictMode, at the root: elsewhere it does not mount twice. */
export function mountStrictly(broker: Broker, node: ReactNode): Mounted {
  const container = newContainer();
  const root = createRoot(container);
  return mounted(container, (all) => root.render(<StrictMode>{all}</StrictMode>), () => root.unmount(), broker, node);
}

/** Hydrates what a server has rendered. `mismatches` gets what React complains of. */
export function hydrate(broker: Broker, html: string, node: ReactNode, mismatches: unknown[]): Mounted {
  const container = newContainer();
  container.innerHTML = html;
  let root!: Root;
  act(() => {
    root = hydrateRoot(container, provided(broker, node), { onRecoverableError: (error) => mismatches.push(error) });
  });
  return mounted(container, (all) => root.render(all), () => root.unmount(), broker);
}

export const provided = (broker: Broker, node: ReactNode): ReactNode => <BrokerProvider broker={broker}>{node}</BrokerProvider>;

function mounted(container: HTMLElement, show: (node: ReactNode) => void, end: () => void, broker: Broker, first?: ReactNode): Mounted {
  const render = (node: ReactNode, other = broker): void => act(() => show(provided(other, node)));
  if (first !== undefined) render(first);
  return {
    container,
    get text() {
      return container.textContent;
    },
    render,
    unmount() {
      act(end);
      container.remove();
    },
  };
}

/** Shows the error of what it holds. */
export class ErrorBoundary extends Component<{ readonly children: ReactNode }, { readonly error?: Error }> {
  override state: { readonly error?: Error } = {};

  static getDerivedStateFromError(error: Error): { readonly error: Error } {
    return { error };
  }

  override render(): ReactNode {
    return this.state.error === undefined ? this.props.children : String(this.state.error);
  }
}
