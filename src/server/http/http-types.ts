import type { IncomingMessage, ServerResponse } from 'node:http';

/** A request over HTTP/1.1 or HTTP/2. Those of HTTP/2 have the same interface (compatibility API of Node.js). */
export type HttpRequest = IncomingMessage;
export type HttpResponse = ServerResponse;
