// buildah and podman with a separate storage, below a folder that image.mjs creates and removes.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fail, getOutput, tryRun } from '../run.mjs';

export const folder = process.env.IMAGE_FOLDER ?? fail('image: IMAGE_FOLDER is not set. Use `npm run image`.');

const storage = [
  '--root',
  join(folder, 'storage'),
  '--runroot',
  join(folder, 'run'),
  '--storage-driver',
  selectStorageDriver(),
];

/** Runs buildah and shows its output. Exits with a message if it fails. */
export function buildah(...args) {
  if (!tryRun('buildah', [...storage, ...args])) fail(`image: buildah ${args[0]} failed`);
}

/** Builds a stage of a Dockerfile in a chroot, without a container engine. Uses Docker's format, because OCI has no health check. */
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

/** Returns the arguments of podman for the same storage, without systemd. */
export function podmanArguments(...args) {
  const local = ['--tmpdir', join(folder, 'podman'), '--cgroup-manager', 'cgroupfs', '--events-backend', 'none'];
  return [...storage, ...local, '--runtime', 'crun', ...args];
}

/** Returns the output of podman; undefined if it failed. */
export function podman(...args) {
  return getOutput('podman', podmanArguments(...args));
}

/** Prefers overlay, because vfs copies every layer. */
function selectStorageDriver() {
  const path = '/proc/filesystems';
  return existsSync(path) && /\boverlay$/m.test(readFileSync(path, 'utf8')) ? 'overlay' : 'vfs';
}
