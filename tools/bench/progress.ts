/** A line that is redrawn in place, on a terminal only; "" takes it away. */
export function progress(what: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what}`);
}
