import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { listenOnLoopback } from '../../../tools/redis/free-port';
import { startGrpc } from '../../support/grpc-under-test';
import { startHttp } from '../../support/http-under-test';
import { openService } from '../../support/service-under-test';
import { uuid } from '../../support/session-builder';

const chromium = '/usr/bin/chromium';
const isInstalled = existsSync(chromium);
if (!isInstalled) console.warn(`SKIPPED: ${chromium} is missing (Debian: apt-get install chromium)`);

const flags = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-sync'],
  ...['--disable-background-networking', '--disable-component-update'],
];
const processTurn = '/focal.orchestration.v1.OrchestratorService/ProcessTurn';
const watchSession = '/focal.orchestration.v1.SessionService/WatchSession';
const turn = { tenantId: uuid(1), agentId: uuid(2), sessionId: uuid(3), turnId: uuid(4) };

/** A page of another origin that calls a unary method and reads a stream, and posts what it has received. */
const toPage = (url: string) => `<!doctype html><script type="module">
const headers = { 'content-type': 'application/json', 'idempotency-key': '${turn.turnId}' };
const response = await fetch('${url}${processTurn}', { method: 'POST', headers, body: '${JSON.stringify({ turn })}' });
const unary = await response.json();
const events = new EventSource('${url}${watchSession}?tenantId=${turn.tenantId}&sessionId=${turn.sessionId}&afterRevision=0');
events.onmessage = async ({ data, lastEventId }) => {
  events.close();
  const result = { revision: unary.revision, streamed: JSON.parse(data).turn.revision, lastEventId };
  await fetch('/result', { method: 'POST', body: JSON.stringify(result) });
};
</script>`;

const cleanups: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0)) await cleanUp();
});

(isInstalled ? test : test.skip)(
  'a page in Chromium calls a method and receives server-sent events, from an allowed origin',
  async () => {
    const service = openService();
    const grpc = await startGrpc(service.useCases);
    let url = '';
    let onResult: (request: IncomingMessage) => void = () => undefined;
    const posted = new Promise<IncomingMessage>((resolve) => {
      onResult = resolve;
    });
    const pages = createServer((request, response) => {
      if (request.method === 'POST') onResult(request);
      else response.writeHead(200, { 'content-type': 'text/html' }).end(toPage(url));
    });
    const origin = `http://127.0.0.1:${await listenOnLoopback(pages)}`;
    const http = await startHttp(grpc, { corsAllowedOrigins: [origin] });
    url = http.url;
    const profile = mkdtempSync(join(tmpdir(), 'chromium-'));
    const browser = spawn(chromium, [...flags, `--user-data-dir=${profile}`, origin], { stdio: 'ignore' });
    cleanups.push(async () => {
      const exit = once(browser, 'exit');
      browser.kill('SIGKILL');
      await exit;
      pages.closeAllConnections();
      pages.close();
      await http.stop();
      await grpc.stop();
      await service.close();
      // The child processes of the browser end a moment after it, and write to the folder until then.
      rmSync(profile, { recursive: true, force: true, maxRetries: 50, retryDelay: 20 });
    });
    const result = JSON.parse(await text(await posted));
    expect(result).toEqual({ revision: 1, streamed: 1, lastEventId: `1/${turn.turnId}` });
  },
  60_000,
);
