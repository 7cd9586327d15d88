import { parentPort } from 'node:worker_threads';
import { serveCounter } from './serve-counter';

serveCounter(parentPort as never);
