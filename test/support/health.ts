import { Client, credentials } from '@grpc/grpc-js';

/** How long a test waits for a server on a busy machine, milliseconds. */
const patienceMs = 30_000;

const statusNames = ['UNKNOWN', 'SERVING', 'NOT_SERVING', 'SERVICE_UNKNOWN'];

/** What grpc.health.v1 answers for a service of the server at `address`, "" for all of it. */
export async function healthOf(address: string, service = ''): Promise<string> {
  const client = new Client(address, credentials.createInsecure());
  const name = Buffer.from(service);
  try {
    const response = await new Promise<Buffer | undefined>((resolve, reject) => {
      client.makeUnaryRequest(
        '/grpc.health.v1.Health/Check',
        (bytes: Buffer) => bytes,
        (bytes: Buffer) => bytes,
        name.length === 0 ? name : Buffer.from([0x0a, name.length, ...name]),
        { deadline: Date.now() + patienceMs },
        (error, answer) => (error === null ? resolve(answer) : reject(error)),
      );
    });
    // Field 1, the status.
    return statusNames[response?.[1] ?? 0] ?? 'UNKNOWN';
  } finally {
    client.close();
  }
}

/** Resolves once health answers so; rejects with what it answers after that time. */
export async function untilHealthIs(wanted: string, address: string): Promise<void> {
  const end = Date.now() + patienceMs;
  let answer = await healthOf(address);
  while (answer !== wanted) {
    if (Date.now() > end) throw new Error(`health says ${answer}, not ${wanted}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
    answer = await healthOf(address);
  }
}
