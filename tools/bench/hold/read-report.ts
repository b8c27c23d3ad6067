import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import type { HoldReport } from './hold-monitor';

/** Reads the holds of the event loop since the last call from the monitor of a service, which listens on HOLD_MONITOR_PORT. */
export async function readReport(port: number): Promise<HoldReport> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  return JSON.parse(await text(socket)) as HoldReport;
}
