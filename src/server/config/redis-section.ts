import { z } from 'zod';
import { fileContent, flag, oneOf, text, textMatching, wholeNumber } from './constraints';
import { isNetworkAddress } from './network-address';
import { isSet, type SectionRule, withRules } from './rules';

const fields = z.strictObject({
  url: textMatching(
    'must be empty or a redis:// or rediss:// URL',
    (value) => value === '' || (/^rediss?:\/\//.test(value) && URL.canParse(value)),
  ),
  sentinels: addresses(),
  sentinel_name: text(1, 200),
  sentinel_username: text(0, 200),
  sentinel_password: text(0, 1_000),
  sentinel_password_file: fileContent(),
  cluster: addresses(),
  username: text(0, 200),
  password: text(0, 1_000),
  password_file: fileContent(),
  tls: flag(),
  tls_ca_file: fileContent(),
  tls_cert_file: fileContent(),
  tls_key_file: fileContent(),
  tls_server_name: text(0, 253),
  key_prefix: textMatching('must be 0 to 64 letters, digits or any of : . _ -', (value) =>
    /^[\w:.-]{0,64}$/.test(value),
  ),
  older_session_key: textMatching(
    'must be empty, or 1 to 256 characters with {tenant_id} and {session_id} and no other {name}',
    (value) => value === '' || isKeyTemplate(value),
  ),
  durability: oneOf(['acknowledged', 'replicated']),
  replicas_acknowledging: wholeNumber(1, 10),
  replication_timeout_ms: wholeNumber(10, 60_000),
  command_timeout_ms: wholeNumber(10, 60_000),
  cached_sessions: wholeNumber(0, 1_000_000),
  catalogue_staleness_ms: wholeNumber(0, 60_000),
});

type Fields = z.infer<typeof fields>;

const oneForm = 'is the second answer to where Redis is; set one of url, sentinels and cluster';
const twice = (first: string) => `is given already by ${first}; set one of the two`;

const rules: readonly SectionRule<Fields>[] = [
  { key: 'sentinels', error: oneForm, holds: ({ url, sentinels }) => !isSet(url) || !isSet(sentinels) },
  {
    key: 'cluster',
    error: oneForm,
    holds: ({ url, sentinels, cluster }) => !isSet(cluster) || !(isSet(url) || isSet(sentinels)),
  },
  { key: 'username', error: twice('redis.url'), holds: ({ url, username }) => !isSet(username) || !hasLogin(url) },
  {
    key: 'username',
    error: 'needs a password; set password or password_file',
    holds: ({ username, password, password_file }) => !isSet(username) || isSet(password) || isSet(password_file),
  },
  { key: 'password', error: twice('redis.url'), holds: ({ url, password }) => !isSet(password) || !hasLogin(url) },
  {
    key: 'password_file',
    error: twice('redis.url or redis.password'),
    holds: ({ url, password, password_file }) => !isSet(password_file) || !(isSet(password) || hasLogin(url)),
  },
  {
    key: 'sentinel_username',
    error: 'needs a password; set sentinel_password or sentinel_password_file',
    holds: ({ sentinel_username, sentinel_password, sentinel_password_file }) =>
      !isSet(sentinel_username) || isSet(sentinel_password) || isSet(sentinel_password_file),
  },
  {
    key: 'sentinel_password_file',
    error: twice('redis.sentinel_password'),
    holds: ({ sentinel_password, sentinel_password_file }) =>
      !isSet(sentinel_password) || !isSet(sentinel_password_file),
  },
  {
    key: 'tls_key_file',
    error: 'belongs to a certificate: set tls_cert_file and tls_key_file, or neither',
    holds: ({ tls_cert_file, tls_key_file }) => isSet(tls_cert_file) === isSet(tls_key_file),
  },
  ...(['tls_ca_file', 'tls_cert_file', 'tls_server_name'] as const).map((key) => ({
    key,
    error: 'has no effect without TLS; set redis.tls = true or a rediss:// URL',
    holds: (given: Fields) => !isSet(given[key]) || given.tls === true || isTlsUrl(given.url),
  })),
];

/** The section [redis]. */
export const redis = withRules(fields, rules);

/** Whether a URL asks for TLS. */
export function isTlsUrl(url: unknown): boolean {
  return typeof url === 'string' && url.startsWith('rediss://');
}

function addresses() {
  const error = 'must be a list of host:port';
  const address = z.string({ error }).refine(isNetworkAddress, { error });
  return z.array(address, { error }).max(100, { error: 'must be a list of at most 100 host:port' });
}

/** Without the tenant one tenant could reach the records of another. */
function isKeyTemplate(value: string): boolean {
  const rest = value.replaceAll('{tenant_id}', '').replaceAll('{session_id}', '');
  const hasBoth = value.includes('{tenant_id}') && value.includes('{session_id}');
  return hasBoth && value.length <= 256 && !/\{\w+\}/.test(rest);
}

function hasLogin(url: unknown): boolean {
  if (typeof url !== 'string' || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username !== '' || password !== '';
}
