// That an image runs as a cluster would run it.
import { fail, output, ran } from '../run.mjs';
import { isHealthy, printedInside, startImage, turnAnswer } from './started-image.mjs';

export const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Starts the image, asks it for what it promises, stops it; ends the whole at the first promise that does not hold. */
export async function showThatItRuns(image) {
  // crun takes no part in a mixture of both versions of control groups; without limits it needs neither.
  const mixed = '/sys/fs/cgroup/unified';
  if (output('mountpoint', [mixed]) !== undefined && !ran('umount', [mixed])) fail(`image: cannot unmount ${mixed}`);

  const server = await startImage(image);
  console.log(`image: SERVING ${seconds(server.servingAfterMs)} after the start`);
  expect('its own health check says SERVING', isHealthy());
  const status = printedInside('fs.readFileSync("/proc/1/status", "utf8")');
  expect('process 1 is not root', /^Uid:\t10001\t10001\t10001\t10001$/m.test(status));
  expect('it has no capability', /^CapEff:\t0+$/m.test(status) && /^CapBnd:\t0+$/m.test(status));
  expect('it can get none', /^NoNewPrivs:\t1$/m.test(status));
  expect('its system calls are filtered', /^Seccomp:\t2$/m.test(status));
  const written = 'try { fs.writeFileSync("/app/x", ""); "written" } catch (error) { error.code }';
  expect('its files cannot be written', printedInside(written) === 'EROFS');
  expect('a turn is answered', turnAnswer(server.port).revision === 1);
  const { exitCode, stoppedAfterMs } = await server.stop();
  expect(`SIGTERM to process 1 ends it with 0 (${exitCode} after ${seconds(stoppedAfterMs)})`, exitCode === 0);
}

function expect(what, holds) {
  if (!holds) fail(`image: does not hold: ${what}`);
  console.log(`image: ${what}`);
}
