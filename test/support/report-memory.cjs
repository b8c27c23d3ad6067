// Preloaded into a service. SIGUSR2 collects garbage and writes the result of process.memoryUsage() to the file MEMORY_REPORT.
const { renameSync, writeFileSync } = require('node:fs');
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc');
const file = process.env.MEMORY_REPORT;

process.on('SIGUSR2', () => {
  collectGarbage();
  // After a normal collection, V8 of Node.js 24 keeps the pages of the young generation. A last-resort collection releases them. Node.js 20
  // keeps none, and ignores these options.
  collectGarbage({ type: 'major', execution: 'sync', flavor: 'last-resort' });
  writeFileSync(`${file}.new`, JSON.stringify(process.memoryUsage()));
  renameSync(`${file}.new`, file);
});
