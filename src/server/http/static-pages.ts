import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { HttpRequest, HttpResponse } from './http-types';
import { type OpenApiDocument, referenceStyle, renderReference } from './reference-page';

// The relative path is the same from src/ and from dist/src/.
const openApiPath = join(__dirname, '..', '..', '..', 'schemas', 'openapi.json');

const styleHash = createHash('sha256').update(referenceStyle).digest('base64');

interface Page {
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

/** The OpenAPI document and the page that shows it. They contain no data of the service, and need no credential. */
export class StaticPages {
  private readonly pages: ReadonlyMap<string, () => Page>;

  constructor(isEnabled: boolean) {
    this.pages = isEnabled
      ? new Map([
          ['/openapi.json', once(createOpenApi)],
          ['/', once(createReference)],
        ])
      : new Map();
  }

  /** Sends the page at a path. Returns false if there is none, or for another method than GET and HEAD. */
  send(path: string, { method }: HttpRequest, response: HttpResponse): boolean {
    const create = method === 'GET' || method === 'HEAD' ? this.pages.get(path) : undefined;
    if (create === undefined) return false;
    const { body, headers } = create();
    response.writeHead(200, {
      ...headers,
      'content-length': String(body.length),
      'cache-control': 'no-cache',
      'referrer-policy': 'no-referrer',
    });
    if (method === 'HEAD') response.end();
    else response.end(body);
    return true;
  }
}

function createOpenApi(): Page {
  return { body: readFileSync(openApiPath), headers: { 'content-type': 'application/json' } };
}

function createReference(): Page {
  const document: OpenApiDocument = JSON.parse(readFileSync(openApiPath, 'utf8'));
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return {
    body: Buffer.from(renderReference(document)),
    headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
  };
}

/** Creates a page when it is first requested, and keeps it. */
function once(create: () => Page): () => Page {
  let page: Page | undefined;
  return () => {
    page ??= create();
    return page;
  };
}
