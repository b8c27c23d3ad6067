import { writeFileSync } from 'node:fs';
import { Session } from 'node:inspector';

// Loaded before the service: writes a CPU profile when the process exits, as `node --cpu-prof` does.

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
