import { parentPort } from 'node:worker_threads';
import { standInTheMiddle } from './middle';

standInTheMiddle(parentPort as never);
