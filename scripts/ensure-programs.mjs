// Makes sure that the programs are there that the tests start, each on free ports of its own.

import { readFileSync } from 'node:fs';
import { ensureProgram, offerPrograms } from './debian-package.mjs';
import { ensureHelm } from './helm.mjs';

// The tests of the examples read the same file.
const languages = JSON.parse(readFileSync(new URL('example-languages.json', import.meta.url), 'utf8'));
const version = (line) => line?.match(/\d+(\.\d+)+/)?.[0];

console.log(`redis-server ${version(ensureProgram('redis-server', 'redis-server', 'Redis 6.2 or later'))}`);
console.log(`prometheus ${version(ensureProgram('prometheus', 'prometheus', 'Prometheus 2.42 or later'))}`);
console.log(`zsh ${version(ensureProgram('zsh', 'zsh', 'zsh 5 or later'))}`);
console.log(`fish ${version(ensureProgram('fish', 'fish', 'fish 3.1 or later'))}`);
console.log(`helm ${version(ensureHelm())}`);
for (const [language, { commands, debianPackages, wanted }] of Object.entries(languages)) {
  console.log(
    `${language}: ${offerPrograms(commands, debianPackages, wanted) ? 'is there' : 'its example is not tested'}`,
  );
}
