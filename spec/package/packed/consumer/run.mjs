import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import * as main from 'rx-broker';
import * as operators from 'rx-broker/operators';
import * as testing from 'rx-broker/testing';
import * as rxjs from 'rxjs';
import { exercise } from './exercise.cjs';

const outcome = await exercise({ main, operators, testing, rxjs });
const required = createRequire(import.meta.url)('rx-broker');
const file = fileURLToPath(import.meta.resolve('rx-broker'));
console.log(JSON.stringify({ ...outcome, file, sharesClasses: new required.BrokerError('NotFound', 'x') instanceof main.BrokerError }));
