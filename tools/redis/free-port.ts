import { once } from 'node:events';
import { createServer, type Server } from 'node:net';

/** Below the ephemeral port range, so that no outgoing connection takes the port of a killed server. */
const firstPort = 20_000;
const lastPort = 31_999;
const attempts = 50;
/** Ports that this process has returned. No port is returned twice, because its owner may not listen yet. */
const assignedPorts = new Set<number>();

/** Listens on a free loopback port and resolves to the port. The port is not reused, so that the server can restart on it. */
export async function listenOnLoopback(server: Server): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = firstPort + Math.floor(Math.random() * (lastPort - firstPort));
    if (assignedPorts.has(port)) continue;
    assignedPorts.add(port);
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

/** Finds a free loopback port for another process. */
export async function findFreePort(): Promise<number> {
  const server = createServer();
  const port = await listenOnLoopback(server);
  server.close();
  await once(server, 'close');
  return port;
}
