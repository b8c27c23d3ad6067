import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { listenOnLoopback } from '../../../tools/chaos/free-port';
import { TcpProxy } from '../../../tools/chaos/tcp-proxy';

/** Everything that comes until the end. */
async function textOf(socket: Socket): Promise<string> {
  let text = '';
  socket.setEncoding('utf8').on('data', (more: string) => {
    text += more;
  });
  await once(socket, 'close');
  return text;
}

describe('the TCP proxy', () => {
  let target: Server;
  let proxy: TcpProxy;

  /** Answers each line with the same in capitals, and ends when its caller does. */
  beforeEach(async () => {
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

  it('passes on bytes and ends in their order', async () => {
    const socket = connect(proxy.port, '127.0.0.1');
    socket.end('one\ntwo\n');
    expect(await textOf(socket)).toBe('ONE\nTWO\nBYE\n');
  });

  it('keeps the order when a delay ends, and lets what was sent before the end arrive', async () => {
    proxy.delay = { toTarget: 50, toCaller: 0 };
    const socket = connect(proxy.port, '127.0.0.1');
    await once(socket, 'connect');
    socket.write('slow\n', () => {
      proxy.delay = { toTarget: 0, toCaller: 0 };
      socket.end('quick\n');
    });
    expect(await textOf(socket)).toBe('SLOW\nQUICK\nBYE\n');
  });

  it('holds answers until they are released, while requests arrive', async () => {
    proxy.hold('answers');
    const arrived = new Promise<string>((resolve) => {
      target.on('connection', (socket) => socket.once('data', (bytes) => resolve(bytes.toString())));
    });
    const socket = connect(proxy.port, '127.0.0.1');
    socket.end('held\n');
    expect(await arrived).toBe('held\n');
    expect(socket.bytesRead).toBe(0);
    proxy.release();
    expect(await textOf(socket)).toBe('HELD\nBYE\n');
  });

  it('cuts a connection instead of passing on the answer that its judge condemns', async () => {
    proxy.judge = () => (answer) => (answer.includes('SECRET') ? 'cut' : 'pass');
    const socket = connect(proxy.port, '127.0.0.1');
    socket.on('error', () => undefined);
    const text = textOf(socket);
    socket.write('open\n');
    await once(socket, 'data');
    socket.write('secret\n');
    expect(await text).toBe('OPEN\n');
  });

  it('drops an answer and passes on the next one', async () => {
    const dropped = new Promise<void>((resolve) => {
      proxy.judge = () => (answer) => {
        if (!answer.includes('LOST')) return 'pass';
        resolve();
        return 'drop';
      };
    });
    const socket = connect(proxy.port, '127.0.0.1');
    socket.write('lost\n');
    await dropped;
    socket.end('kept\n');
    expect(await textOf(socket)).toBe('KEPT\nBYE\n');
  });
});
