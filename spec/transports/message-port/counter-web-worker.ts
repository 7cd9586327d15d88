import { serveCounter } from './serve-counter';

serveCounter(globalThis);
