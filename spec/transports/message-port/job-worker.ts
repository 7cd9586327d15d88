import { threadId } from 'node:worker_threads';
import { serveJob } from './serve-job';

serveJob({ whoAmI: () => threadId, exit: () => process.exit(3) });
