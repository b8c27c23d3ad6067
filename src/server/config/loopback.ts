/** Whether only programs of this machine can reach an address; any other name is taken for one that others can reach. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}
