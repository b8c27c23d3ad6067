import { isIP } from 'node:net';

/** The parts of a redis:// or rediss:// URL. */
export interface RedisUrl {
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** The number of the database. */
  readonly database: number;
  /** "" if the URL has none. */
  readonly username: string;
  readonly password: string;
  readonly isTls: boolean;
}

const defaultPort = 6379;

/** Describes a valid URL. It is the message for every invalid one, because a description of the fault could contain a password. */
export const redisUrlFormat =
  'must be empty or redis://[[user]:password@]host[:port][/database], or the same with rediss://, without a query. Percent-encode ' +
  'special characters of user and password, for example %23 for #, %40 for @ and %2F for /, or set redis.username and ' +
  'redis.password or redis.password_file instead. The database is a number';

/**
 * Every part excludes the delimiters of the others, so that no part of a password can become a host, a database or a query. URL of
 * Node.js accepts all of them: in redis://user:12/3@host it finds the host "user".
 */
const pattern =
  /^(rediss?):\/\/(?:([^\s:@/?#[\]]*)(?::([^\s@/?#[\]]*))?@)?(?:\[([\da-fA-F:.]+)\]|([\w.-]{1,253}))(?::(\d{1,5}))?(?:\/(\d{0,9}))?$/;

/** Parses a URL; undefined if it is not valid. */
export function parseRedisUrl(text: string): RedisUrl | undefined {
  const match = pattern.exec(text);
  if (match === null) return undefined;
  const [, scheme, user = '', secret = '', ipv6, name = '', portText = String(defaultPort), databaseText] = match;
  const [username, password] = [decode(user), decode(secret)];
  const port = Number(portText);
  if (username === undefined || password === undefined || port < 1 || port > 65_535) return undefined;
  if (ipv6 !== undefined && isIP(ipv6) !== 6) return undefined;
  const database = Number(databaseText || 0);
  return { host: ipv6 ?? name, port, database, username, password, isTls: scheme === 'rediss' };
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
