/** Where a server listens. */
export interface NetworkAddress {
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Whether a text is `host:port` or `[IPv6]:port`. */
export function isNetworkAddress(text: string): boolean {
  return parts(text) !== undefined;
}

/** The address that a text names. Throws for text that `isAddress` refuses. */
export function parseNetworkAddress(text: string): NetworkAddress {
  const address = parts(text);
  if (address === undefined) throw new Error(`"${text}" is not host:port.`);
  return address;
}

function parts(text: string): NetworkAddress | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]{1,253})):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
