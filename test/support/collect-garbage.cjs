// Loaded before a service: SIGUSR2 collects garbage, so that what a process holds is told from what it has not cleaned up yet.
const { setFlagsFromString } = require('node:v8');
const { runInNewContext } = require('node:vm');

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc');
process.on('SIGUSR2', () => collectGarbage());
