// buildah and podman on a storage of their own, below the folder that image.mjs gives and removes.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, output, ran } from '../run.mjs';

export const folder = process.env.IMAGE_FOLDER ?? fail('image: start it by npm run image');

const storage = ['--root', join(folder, 'storage'), '--runroot', join(folder, 'run'), '--storage-driver', driver()];

/** Runs buildah, its output shown; ends the whole with what failed. */
export function buildah(...args) {
  if (!ran('buildah', [...storage, ...args])) fail(`image: buildah ${args[0]} failed`);
}

/** Builds a stage of a Dockerfile in a chroot, which needs no engine. Docker's format: OCI's has no health check. */
export function buildImage(context, { name, file = join(context, 'Dockerfile'), target, args = {}, secrets = {} }) {
  buildah(
    ...[
      'bud',
      '--quiet',
      '--isolation',
      'chroot',
      '--layers=false',
      '--format',
      'docker',
      '--tag',
      name,
      '--file',
      file,
    ],
    ...(target === undefined ? [] : ['--target', target]),
    ...Object.entries(args).flatMap(([key, value]) => ['--build-arg', `${key}=${value}`]),
    ...Object.entries(secrets).flatMap(([id, path]) => ['--secret', `id=${id},src=${path}`]),
    context,
  );
}

/** podman's arguments on the same storage, without the services of a system that is run by systemd. */
export function podmanArguments(...args) {
  const local = ['--tmpdir', join(folder, 'podman'), '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'];
  return [...storage, ...local, '--runtime', 'crun', ...args];
}

/** What podman prints, or undefined when it failed. */
export function podman(...args) {
  return output('podman', podmanArguments(...args));
}

/** overlay where the kernel has it; vfs copies every layer whole. */
function driver() {
  const known = '/proc/filesystems';
  return existsSync(known) && /\boverlay$/m.test(readFileSync(known, 'utf8')) ? 'overlay' : 'vfs';
}
