import { serveCounter } from './serve-counter';

addEventListener('message', ({ ports: [port] }) => {
  if (port !== undefined) serveCounter(port);
}, { once: true });
