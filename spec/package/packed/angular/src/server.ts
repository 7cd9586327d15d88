import { createReadStream, existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { AngularNodeAppEngine, createNodeRequestHandler, writeResponseToNodeResponse } from '@angular/ssr/node';

const browser = join(import.meta.dirname, '../browser');
const engine = new AngularNodeAppEngine();

export const reqHandler = createNodeRequestHandler(async (request, response): Promise<void> => {
  const file = join(browser, new URL(request.url ?? '/', 'http://localhost').pathname);
  if (file.endsWith('.js') && existsSync(file)) {
    response.setHeader('content-type', 'text/javascript');
    createReadStream(file).pipe(response);
    return;
  }
  const page = await engine.handle(request);
  if (page !== null) await writeResponseToNodeResponse(page, response);
  else response.writeHead(404).end();
});

const server = createServer((request, response) => void reqHandler(request, response));
if (process.env['SERVE'] !== undefined) server.listen(0, '127.0.0.1', () => console.log(JSON.stringify(server.address())));
