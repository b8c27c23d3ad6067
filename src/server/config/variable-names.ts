import { type ConfigProblem, settingPrefix } from './config-sources';
import { knownKeys } from './schema';

/** Variables with a similar name that the service or its command line reads. */
const otherVariables: ReadonlySet<string> = new Set([
  'ORCHESTRATOR_CONFIG',
  ...['SERVER', 'TENANT', 'AGENT', 'TOKEN', 'TOKEN_FILE', 'TLS_CA', 'TLS_CERT', 'TLS_KEY'].map(
    (name) => `SCENARIO_ORCHESTRATOR_${name}`,
  ),
]);

/** Every key by its words, for example `redis_url` for `redis.url`. */
const keysByWords: ReadonlyMap<string, string> = new Map(
  [...knownKeys.keys()].map((key) => [key.replaceAll('.', '_'), key]),
);

/** Returns the key that has the words of a text, with any separators, for example `redis.url` for `redis_url` or `REDIS-URL`. */
export function findKeyByWords(text: string): string | undefined {
  return keysByWords.get(toWords(text));
}

/** Returns the name of the variable that sets a key. */
export function toVariableName(key: string): string {
  return settingPrefix + key.toUpperCase().replaceAll('.', '__');
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Returns a problem for each variable that was meant to set a key, and has another name than the one that is read. */
export function findMisnamedVariables(env: Environment): ConfigProblem[] {
  return [...findMisspelledVariables(env), ...findDuplicateVariables(env)];
}

function findMisspelledVariables(env: Environment): ConfigProblem[] {
  return listSimilarVariables(env).flatMap(({ name, words }) => {
    const key = keysByWords.get(words);
    if (key !== undefined)
      return [{ key, origin: name, message: `is not read from this variable; set ${toVariableName(key)}` }];
    if (words.startsWith('redis')) {
      const message = 'is not read from this variable; set the keys of [redis], for example ORCHESTRATOR__REDIS__URL';
      return [{ key: 'redis', origin: name, message }];
    }
    if (!words.startsWith('config')) return [];
    return [
      { key: '', origin: name, message: 'is not read; set ORCHESTRATOR_CONFIG to the paths of configuration files' },
    ];
  });
}

/** Returns a problem for each variable that differs only by case from another one, because the order of variables is not defined. */
function findDuplicateVariables(env: Environment): ConfigProblem[] {
  const names = Object.keys(env).filter((name) => name.startsWith(settingPrefix));
  return names.flatMap((name, index) => {
    const other = names.slice(0, index).find((each) => each.toLowerCase() === name.toLowerCase());
    const key = name.slice(settingPrefix.length).toLowerCase().replaceAll('__', '.');
    return other === undefined ? [] : [{ key, origin: name, message: `is set by ${other} too; set only one of them` }];
  });
}

/** Returns the names of variables that resemble settings and match no key. They may belong to another program. */
export function listUnknownVariables(env: Environment): readonly string[] {
  return listSimilarVariables(env)
    .filter(({ words }) => !keysByWords.has(words) && !/^(redis|config)/.test(words))
    .map(({ name }) => name);
}

/** Lists variables with the prefix in another spelling or case. `words` is the rest of the name. */
function listSimilarVariables(env: Environment): readonly { readonly name: string; readonly words: string }[] {
  return Object.entries(env).flatMap(([name, value]) => {
    const rest = /^(?:SCENARIO[^A-Z\d]*)?ORCHESTRATOR[^A-Z\d]+(.*)$/i.exec(name)?.[1];
    if (rest === undefined || name.startsWith(settingPrefix) || otherVariables.has(name)) return [];
    return isServiceLink(name, value) ? [] : [{ name, words: toWords(rest) }];
  });
}

/** The end of a name that shows that the value is an address. */
const addressSuffix =
  /(URL|URI|DSN|HOSTS?|HOSTNAME|ADDRS?|ADDRESS(ES)?|ENDPOINTS?|SERVERS?|NODES|SENTINELS?|CLUSTER|CONNECTION_?STRING)$/i;

/** Lists variables that have the address of a Redis for other programs, by name (REDIS_URL) or by value (redis://...). */
export function listForeignRedisVariables(env: Environment): readonly string[] {
  const misspelled = new Set(findMisspelledVariables(env).map(({ origin }) => origin));
  return Object.entries(env).flatMap(([name, value = '']) => {
    if (value.trim() === '' || name.startsWith(settingPrefix) || isServiceLink(name, value)) return [];
    if (misspelled.has(name)) return [];
    // The address of a download or a page is not the address of a server.
    const isWebPage = /^https?:\/\//i.test(value.trim());
    const isRedisAddress = /(^|_)(REDIS|VALKEY)/i.test(name) && addressSuffix.test(name) && !isWebPage;
    return isRedisAddress || /^(redis|rediss|valkey|valkeys):\/\//i.test(value.trim()) ? [name] : [];
  });
}

/** Whether Kubernetes has set the variable for a Service in the namespace. The Service may have any name. */
function isServiceLink(name: string, value = ''): boolean {
  return (
    /_SERVICE_(HOST|PORT)(_[A-Z\d_]+)?$/.test(name) ||
    /_PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?$/.test(name) ||
    (name.endsWith('_PORT') && /^(tcp|udp|sctp):\/\//.test(value))
  );
}

function toWords(text: string): string {
  return text
    .toLowerCase()
    .split(/[^a-z\d]+/)
    .filter((word) => word !== '')
    .join('_');
}
