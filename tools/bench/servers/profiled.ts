import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

/** Loaded before the service: profiles it until it ends. `node --cpu-prof` does the same, for those who start node themselves. */
const path = process.env['BENCH_PROFILE'];

if (path !== undefined) {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.start');
  process.once('exit', () => {
    session.post('Profiler.stop', (error, result) => {
      if (error === null) writeFileSync(path, JSON.stringify(result.profile));
    });
  });
}
