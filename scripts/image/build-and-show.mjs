// What image.mjs does in its own mount namespace.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fail, output, ran, root } from '../run.mjs';
import { buildah, buildImage, podman } from './containers.mjs';
import { makeLocalBases } from './local-bases.mjs';
import { writeNpmSettings } from './npm-settings.mjs';
import { isHealthy, printedInside, startImage, turnAnswer } from './started-image.mjs';

const image = 'localhost/scenario-orchestrator';
const option = { type: 'string' };
const { values: given } = parseArgs({ options: { 'node-image': option, 'runtime-image': option, archive: option } });

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;
const seconds = (ms) => `${(ms / 1000).toFixed(1)} s`;

build();
await show();
if (given.archive !== undefined) buildah('push', image, `oci-archive:${given.archive}`);

function build() {
  const nodeImage = given['node-image'];
  const bases = nodeImage ? { nodeImage, runtimeImage: given['runtime-image'] ?? nodeImage } : makeLocalBases();
  const begun = performance.now();
  buildImage(root, {
    name: image,
    args: {
      NODE_IMAGE: bases.nodeImage,
      RUNTIME_IMAGE: bases.runtimeImage,
      VERSION: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
      REVISION: output('git', ['rev-parse', 'HEAD']) ?? 'unknown',
    },
    secrets: { npmrc: writeNpmSettings() },
  });
  const size = Number(podman('image', 'inspect', '--format', '{{.Size}}', image));
  console.log(`image: built in ${seconds(performance.now() - begun)}, ${megabytes(size)}`);
}

async function show() {
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
  expect('a turn is answered', 'lifecycle' in turnAnswer(server.port));
  const { exitCode, stoppedAfterMs } = await server.stop();
  expect(`SIGTERM to process 1 ends it with 0 (${exitCode} after ${seconds(stoppedAfterMs)})`, exitCode === 0);
}

function expect(what, holds) {
  if (!holds) fail(`image: does not hold: ${what}`);
  console.log(`image: ${what}`);
}
