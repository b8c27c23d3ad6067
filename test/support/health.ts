import { Client, credentials } from '@grpc/grpc-js';

/** Timeout for a server on a busy machine, in milliseconds. */
const timeoutMs = 30_000;

const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** Returns the grpc.health.v1 status of a service at `address`; "" for the whole server. */
export async function getHealth(address: string, service = ''): Promise<string> {
  const client = new Client(address, credentials.createInsecure());
  const name = Buffer.from(service);
  try {
    const response = await new Promise<Buffer | undefined>((resolve, reject) => {
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        name.length === 0 ? name : Buffer.from([0x0a, name.length, ...name]),
        { deadline: Date.now() + timeoutMs },
        (error, answer) => (error === null ? resolve(answer) : reject(error)),
      );
    });
    // Field 1, the status.
    return statusNames[response?.[1] ?? 0] ?? 'UNKNOWN';
  } finally {
    client.close();
  }
}

/** Resolves when the health status is `expected`. Rejects with the last status after a timeout. */
export async function waitForHealth(expected: string, address: string): Promise<void> {
  const end = Date.now() + timeoutMs;
  let answer = await getHealth(address);
  while (answer !== expected) {
    if (Date.now() > end) throw new Error(`the health status is ${answer}, not ${expected}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer = await getHealth(address);
  }
}
