import { createSecureContext } from 'node:tls';
import { type Config, type RedisFiles, removeFinalLineBreak, toRedisEndpoint } from './config';
import type { Reloadable } from './ports/reloadable';
import type { FileReloader } from './runtime';
import type { RedisEndpoint } from './stores/redis/redis-endpoint';

type TlsFiles = Pick<RedisFiles, 'ca' | 'cert' | 'key'>;

const noTlsFiles: TlsFiles = { ca: '', cert: '', key: '' };

/**
 * Opens the files with passwords and certificates of Redis. Returns the endpoint, which changes with the files; undefined if the
 * embedded store is used.
 *
 * @throws Error with the name of the setting if a file cannot be read or is invalid.
 */
export function openRedisEndpoint(config: Config, files: FileReloader): Reloadable<RedisEndpoint> | undefined {
  const { redis } = config;
  const password = openSecretFile(files, 'redis.password_file', redis.password_file);
  const sentinelPassword = openSecretFile(files, 'redis.sentinel_password_file', redis.sentinel_password_file);
  const tls = openTlsFiles(config, files);
  const getEndpoint = () =>
    toRedisEndpoint(config, {
      password: password?.current ?? '',
      sentinelPassword: sentinelPassword?.current ?? '',
      ...(tls?.current ?? noTlsFiles),
    });
  const first = getEndpoint();
  if (first === undefined) return undefined;
  return {
    get current() {
      return getEndpoint() ?? first;
    },
    onChange(listener) {
      const notify = (): void => listener(getEndpoint() ?? first);
      for (const file of [password, sentinelPassword, tls]) file?.onChange(notify);
    },
  };
}

/** Opens a file with a secret, for example a password; undefined if the setting is empty. */
export function openSecretFile(files: FileReloader, setting: string, path: string): Reloadable<string> | undefined {
  if (path === '') return undefined;
  return files.open({ setting, paths: [path], parse: ([content = '']) => parseSecret(content) });
}

/** A file that is being written may be empty for a moment, so an empty file is invalid. */
function parseSecret(content: string): string {
  const secret = removeFinalLineBreak(content);
  if (secret === '') throw new Error('the file is empty');
  return secret;
}

/** Opens the certificates and the key together, because a key must match its certificate. */
function openTlsFiles({ redis }: Config, files: FileReloader): Reloadable<TlsFiles> | undefined {
  const named = [
    { name: 'ca', path: redis.tls_ca_file },
    { name: 'cert', path: redis.tls_cert_file },
    { name: 'key', path: redis.tls_key_file },
  ].filter(({ path }) => path !== '');
  if (named.length === 0) return undefined;
  return files.open({
    setting: 'redis.tls_ca_file, redis.tls_cert_file and redis.tls_key_file',
    paths: named.map(({ path }) => path),
    parse: (contents) => {
      if (contents.some((content) => content.trim() === '')) throw new Error('a file is empty');
      const read = { ...noTlsFiles, ...Object.fromEntries(named.map(({ name }, index) => [name, contents[index]])) };
      validateTlsFiles(read);
      return read;
    },
  });
}

function validateTlsFiles({ ca, cert, key }: TlsFiles): void {
  if (ca !== '' && !ca.includes('-----BEGIN ')) throw new Error('the file of authorities contains no PEM certificate');
  createSecureContext({ ...(ca !== '' && { ca }), ...(cert !== '' && { cert, key }) });
}
