import { type Server, ServerCredentials } from '@grpc/grpc-js';

/** In a process that `startForked` made: serves as its one message says, tells the port, and ends with the parent. */
export function serveForParent<Message>(serve: (message: Message) => Promise<Server>): void {
  process.once('message', (message: Message) => {
    serve(message)
      .then(listening)
      .then(
        (port) => process.send?.(port),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
  });
  process.on('disconnect', () => process.exit());
}

function listening(server: Server): Promise<number> {
  return new Promise((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, port) =>
      error === null ? resolve(port) : reject(error),
    );
  });
}
