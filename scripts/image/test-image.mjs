// Tests an image under the restrictions of a cluster.
import { fail, getOutput, tryRun } from '../run.mjs';
import { evaluateInContainer, isHealthy, sendTurn, startImage } from './running-image.mjs';

export const formatSeconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

/** Starts the image, tests it and stops it. Exits with a message if a test fails. */
export async function testImage(image) {
  // crun fails in the hybrid mode of cgroups. The container has no limits, so it needs no cgroup.
  const hybridMount = '/sys/fs/cgroup/unified';
  if (getOutput('mountpoint', [hybridMount]) !== undefined && !tryRun('umount', [hybridMount]))
    fail(`image: cannot unmount ${hybridMount}`);

  const server = await startImage(image);
  console.log(`image: SERVING ${formatSeconds(server.servingAfterMs)} after the start`);
  expect('the health check reports SERVING', isHealthy());
  const status = evaluateInContainer('fs.readFileSync("/proc/1/status", "utf8")');
  expect('process 1 is not root', /^Uid:\t10001\t10001\t10001\t10001$/m.test(status));
  expect('process 1 has no capabilities', /^CapEff:\t0+$/m.test(status) && /^CapBnd:\t0+$/m.test(status));
  expect('process 1 cannot gain privileges', /^NoNewPrivs:\t1$/m.test(status));
  expect('system calls are filtered', /^Seccomp:\t2$/m.test(status));
  const writeScript = 'try { fs.writeFileSync("/app/x", ""); "written" } catch (error) { error.code }';
  expect('the file system is read-only', evaluateInContainer(writeScript) === 'EROFS');
  expect('a turn is answered', sendTurn(server.port).revision === 1);
  const { exitCode, stoppedAfterMs } = await server.stop();
  expect(
    `process 1 exits with code 0 after SIGTERM (${exitCode} after ${formatSeconds(stoppedAfterMs)})`,
    exitCode === 0,
  );
}

function expect(behavior, isMet) {
  if (!isMet) fail(`image: failed: ${behavior}`);
  console.log(`image: ${behavior}`);
}
