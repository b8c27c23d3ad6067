// Ensures that the programs that the tests start are installed.

import { readFileSync } from 'node:fs';
import { ensureHelm } from './helm.mjs';
import { tryInstallKafka } from './kafka.mjs';
import { ensureProgram, tryInstallPrograms } from './programs.mjs';

// test/examples reads the same file.
const languages = JSON.parse(readFileSync(new URL('example-languages.json', import.meta.url), 'utf8'));
const parseVersion = (line) => line?.match(/\d+(\.\d+)+/)?.[0];

console.log(`redis-server ${parseVersion(ensureProgram('redis-server', 'redis-server', 'Redis 6.2 or later'))}`);
console.log(`prometheus ${parseVersion(ensureProgram('prometheus', 'prometheus', 'Prometheus 2.42 or later'))}`);
console.log(`zsh ${parseVersion(ensureProgram('zsh', 'zsh', 'zsh 5 or later'))}`);
console.log(`fish ${parseVersion(ensureProgram('fish', 'fish', 'fish 3.1 or later'))}`);
console.log(`helm ${parseVersion(ensureHelm())}`);
const nats = tryInstallPrograms([['nats-server', '--version']], ['nats-server'], 'NATS 2.9 or later');
console.log(`nats-server: ${nats ? 'present' : 'missing, the export to NATS is not tested'}`);
console.log(
  `kafka: ${tryInstallKafka() ? 'present' : 'missing, the export to Kafka is not tested. It needs Java 17 and Maven'}`,
);
for (const [language, { commands, debianPackages, wanted }] of Object.entries(languages)) {
  console.log(
    `${language}: ${tryInstallPrograms(commands, debianPackages, wanted) ? 'present' : 'missing, its example is not tested'}`,
  );
}
