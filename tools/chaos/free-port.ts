import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ports that systems give to outgoing connections, so that none of these takes the place of a killed server. */
const firstPort = 20_000;
const lastPort = 31_999;
const attempts = 50;
/** Ports that were given out, so that nobody else gets one before its owner has taken it. */
const given = new Set<number>();

/** Listens on a free port of the loopback interface, one that stays free for its next owner when this one is gone. */
export async function listenOnLoopback(server: Server): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort));
    if (given.has(port)) continue;
    given.add(port);
    try {
      const listening = once(server, 'listening');
      server.listen(port, '127.0.0.1');
      await listening;
      return port;
    } catch (error) {
      if (attempt === attempts) throw error;
    }
  }
}

/** A port for a process of its own. */
export async function freePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  server.close();
  await once(server, 'close');
  return port;
}
