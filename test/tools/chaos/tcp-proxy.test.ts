import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { TcpProxy } from '../../../tools/chaos/tcp-proxy';
import { listenOnLoopback } from '../../../tools/redis/free-port';

/** Reads until the connection is closed. */
async function readAll(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  await once(socket, 'close');
  return text;
}

describe('the TCP proxy', () => {
  let target: Server;
  let proxy: TcpProxy;

  beforeEach(async () => {
    // Replies in upper case, and closes the connection after the client has closed it.
    target = createServer({ allowHalfOpen: true }, (socket) => {
      socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase()));
      socket.on('end', () => socket.end('BYE\n'));
      socket.on('error', () => undefined);
    });
    proxy = await TcpProxy.start(await listenOnLoopback(target));
  });

  afterEach(async () => {
    await proxy.stop();
    target.close();
  });

  it('forwards bytes and the end of a connection in order', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.end('one\ntwo\n');
    expect(await readAll(socket)).toBe('ONE\nTWO\nBYE\n');
  });

  it('keeps the order when a delay ends, and forwards everything before the end of the connection', async () => {
    proxy.delay = { toTargetMs: 50, toClientMs: 0 };
    const socket = connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('delayed\n', () => {
      proxy.delay = { toTargetMs: 0, toClientMs: 0 };
      socket.end('immediate\n');
    });
    expect(await readAll(socket)).toBe('DELAYED\nIMMEDIATE\nBYE\n');
  });

  it('holds replies until they are released, and forwards requests meanwhile', async () => {
    proxy.hold('replies');
    const arrived = new Promise<string>((resolve) => {
      target.on('connection', (socket) => socket.once('data', (bytes) => resolve(bytes.toString())));
    });
    const socket = connect(proxy.port, '127.0.0.1');
    socket.end('held\n');
    expect(await arrived).toBe('held\n');
    expect(socket.bytesRead).toBe(0);
    proxy.release();
    expect(await readAll(socket)).toBe('HELD\nBYE\n');
  });

  it('closes the connection without the reply when the filter returns "cut"', async () => {
    proxy.createFilter = () => (reply) => (reply.includes('SECRET') ? 'cut' : 'pass');
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const text = readAll(socket);
    socket.write('open\n');
    await once(socket, 'data');
    socket.write('secret\n');
    expect(await text).toBe('OPEN\n');
  });

  it('drops a reply and forwards the next one', async () => {
    const dropped = new Promise<void>((resolve) => {
      proxy.createFilter = () => (reply) => {
        if (!reply.includes('LOST')) return 'pass';
        resolve();
        return 'drop';
      };
    });
    const socket = connect(proxy.port, '127.0.0.1');
    socket.write('lost\n');
    await dropped;
    socket.end('kept\n');
    expect(await readAll(socket)).toBe('KEPT\nBYE\n');
  });
});
