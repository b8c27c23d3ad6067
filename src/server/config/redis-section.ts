import { z } from 'zod';
import {
  flag,
  isSet,
  oneOf,
  readableFile,
  type SectionRule,
  text,
  textMatching,
  wholeNumber,
  withRules,
} from './constraints';
import { parseRedisUrl, type RedisUrl, redisUrlFormat } from './redis-url';

const fields = z.strictObject({
  url: textMatching(redisUrlFormat, (value) => value === '' || parseRedisUrl(value) !== undefined),
  sentinels: addresses(),
  sentinel_name: text(1, 200),
  sentinel_username: text(0, 200),
  sentinel_password: text(0, 1_000),
  sentinel_password_file: readableFile(),
  cluster: addresses(),
  username: text(0, 200),
  password: text(0, 1_000),
  password_file: readableFile(),
  tls: flag(),
  tls_ca_file: readableFile(),
  tls_cert_file: readableFile(),
  tls_key_file: readableFile(),
  tls_server_name: text(0, 253),
  key_prefix: textMatching('must be 0 to 64 letters, digits or any of : . _ -', (value) =>
    /^[\w:.-]{0,64}$/.test(value),
  ),
  partitions: wholeNumber(1, 1_024),
  older_session_key: textMatching(
    'must be empty, or 1 to 256 characters with {tenant_id} and {session_id} and no other {name}',
    (value) => value === '' || isKeyTemplate(value),
  ),
  durability: oneOf(['acknowledged', 'replicated']),
  replicas_acknowledging: wholeNumber(1, 10),
  replication_timeout_ms: wholeNumber(10, 60_000),
  command_timeout_ms: wholeNumber(10, 60_000),
  large_command_timeout_ms: wholeNumber(10, 600_000),
  cached_sessions: wholeNumber(0, 1_000_000),
  catalogue_staleness_ms: wholeNumber(0, 60_000),
  heavy_call_threads: wholeNumber(0, 16),
});

type Fields = z.infer<typeof fields>;

const multipleTopologies =
  'cannot be combined with another address of Redis; set only one of redis.url, sentinels and cluster';
const conflictsWith = (other: string) => `is already set by ${other}; set only one of them`;

const rules: readonly SectionRule<Fields>[] = [
  { key: 'sentinels', error: multipleTopologies, holds: ({ url, sentinels }) => !isSet(url) || !isSet(sentinels) },
  {
    key: 'cluster',
    error: multipleTopologies,
    holds: ({ url, sentinels, cluster }) => !isSet(cluster) || !(isSet(url) || isSet(sentinels)),
  },
  {
    key: 'url',
    error: 'has a user without a password; add the password, or set redis.password or redis.password_file',
    holds: ({ url, password, password_file }) =>
      !hasUser(url) || hasPassword(url) || isSet(password) || isSet(password_file),
  },
  {
    key: 'username',
    error: conflictsWith('redis.url'),
    holds: ({ url, username }) => !isSet(username) || !(hasUser(url) || hasPassword(url)),
  },
  {
    key: 'username',
    error: 'requires a password; set redis.password or redis.password_file',
    holds: ({ username, password, password_file }) => !isSet(username) || isSet(password) || isSet(password_file),
  },
  {
    key: 'password',
    error: conflictsWith('redis.url'),
    holds: ({ url, password }) => !isSet(password) || !hasPassword(url),
  },
  {
    key: 'password_file',
    error: conflictsWith('redis.url or redis.password'),
    holds: ({ url, password, password_file }) => !isSet(password_file) || !(isSet(password) || hasPassword(url)),
  },
  {
    key: 'sentinel_username',
    error: 'requires a password; set redis.sentinel_password or redis.sentinel_password_file',
    holds: ({ sentinel_username, sentinel_password, sentinel_password_file }) =>
      !isSet(sentinel_username) || isSet(sentinel_password) || isSet(sentinel_password_file),
  },
  {
    key: 'sentinel_password_file',
    error: conflictsWith('redis.sentinel_password'),
    holds: ({ sentinel_password, sentinel_password_file }) =>
      !isSet(sentinel_password) || !isSet(sentinel_password_file),
  },
  {
    key: 'tls_key_file',
    error: 'and redis.tls_cert_file must be set together; set both or neither',
    holds: ({ tls_cert_file, tls_key_file }) => isSet(tls_cert_file) === isSet(tls_key_file),
  },
  ...(['tls_ca_file', 'tls_cert_file', 'tls_server_name'] as const).map((key) => ({
    key,
    error: 'requires TLS; set redis.tls = true or a rediss:// URL',
    holds: (section: Fields) => !isSet(section[key]) || section.tls === true || isTlsUrl(section.url),
  })),
];

/** Schema of the section [redis]. */
export const redis = withRules(fields, rules);

/** Parses a value of `url`; undefined for an invalid value, which is reported separately. */
function parseUrl(url: unknown): RedisUrl | undefined {
  return typeof url === 'string' ? parseRedisUrl(url) : undefined;
}

const isTlsUrl = (url: unknown) => parseUrl(url)?.isTls === true;
const hasUser = (url: unknown) => isSet(parseUrl(url)?.username);
const hasPassword = (url: unknown) => isSet(parseUrl(url)?.password);

function addresses() {
  const error = 'must be a list of host:port addresses';
  const address = z.string({ error }).refine((value) => tryParseNetworkAddress(value) !== undefined, { error });
  return z.array(address, { error }).max(100, { error: 'must be a list of at most 100 host:port addresses' });
}

/** Whether a key template is valid. It must contain the tenant, so that no tenant can reach the records of another. */
function isKeyTemplate(value: string): boolean {
  const rest = value.replaceAll('{tenant_id}', '').replaceAll('{session_id}', '');
  const hasBoth = value.includes('{tenant_id}') && value.includes('{session_id}');
  return hasBoth && value.length <= 256 && !/\{\w+\}/.test(rest);
}

/** The contents of the files that the section names; "" for a key that is not set. */
export interface RedisFiles {
  readonly password: string;
  readonly sentinelPassword: string;
  readonly ca: string;
  readonly cert: string;
  readonly key: string;
}

/** Returns the address and the credentials of Redis; undefined if the embedded store is used. */
export function toRedisEndpoint({ redis }: { readonly redis: Fields }, files: RedisFiles) {
  const url = parseRedisUrl(redis.url);
  const login = toLogin(url?.username || redis.username, url?.password || redis.password || files.password);
  const access = { login, tls: toTlsOptions(redis, files) };
  if (url !== undefined) {
    const { host, port, database } = url;
    return { kind: 'single', address: { host, port }, database, ...access } as const;
  }
  if (redis.sentinels.length > 0) {
    const sentinelLogin = toLogin(redis.sentinel_username, redis.sentinel_password || files.sentinelPassword);
    const sentinels = redis.sentinels.map(parseNetworkAddress);
    return { kind: 'sentinel', sentinels, name: redis.sentinel_name, sentinelLogin, ...access } as const;
  }
  if (redis.cluster.length > 0)
    return { kind: 'cluster', seeds: redis.cluster.map(parseNetworkAddress), ...access } as const;
  return undefined;
}

/** Whether Redis is configured. Otherwise the embedded store is used. */
export function usesRedis({ redis }: { readonly redis: Fields }): boolean {
  return isSet(redis.url) || isSet(redis.sentinels) || isSet(redis.cluster);
}

function toLogin(username: string, password: string) {
  return password === '' ? undefined : { username, password };
}

function toTlsOptions(redis: Fields, { ca, cert, key }: RedisFiles) {
  if (!redis.tls && !isTlsUrl(redis.url)) return undefined;
  return { ca, cert, key, serverName: redis.tls_server_name };
}

interface NetworkAddress {
  /** A host name or an IP address, IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
}

/** Parses an address that the schema has accepted. */
function parseNetworkAddress(value: string): NetworkAddress {
  const address = tryParseNetworkAddress(value);
  if (address === undefined) throw new Error(`"${value}" is not a host:port address.`);
  return address;
}

/** Parses `host:port` or `[IPv6]:port`; undefined for any other text. */
function tryParseNetworkAddress(value: string): NetworkAddress | undefined {
  const match = /^(?:\[([\da-fA-F:.]+)\]|([\w.-]{1,253})):(\d{1,5})$/.exec(value);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { host, port };
}
