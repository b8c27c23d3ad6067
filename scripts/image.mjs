// `npm run image`: builds the image of the Dockerfile without a container engine and tests it. The container runs as in a cluster
// (read-only, without capabilities, not as root), is checked for health, answers a turn, and is stopped. Removes everything at the end.
//   --node-image, --runtime-image   base images of a registry; default: made of Debian packages and the Node.js of this machine
//   --archive FILE                  saves the image for docker load (in Docker's format, because OCI has no health check)
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureProgram } from './programs.mjs';
import { fail, tryRun } from './run.mjs';

if (process.platform !== 'linux' || process.getuid?.() !== 0)
  fail('image: this command needs Linux and root. Otherwise, use docker build.');
ensureProgram('buildah', 'buildah', 'buildah 1.28 or later');
ensureProgram('crun', 'crun', 'crun 1.8 or later');
ensureProgram('podman', 'podman', 'podman 4.3 or later');
if (!process.argv.includes('--node-image')) ensureProgram('mmdebstrap', 'mmdebstrap', 'mmdebstrap');

const folder = mkdtempSync(join(tmpdir(), 'image-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// Runs in a separate mount namespace, so that all mounts of the containers are removed at the end.
const args = ['--mount', '--', 'node', 'scripts/image/build-and-test.mjs', ...process.argv.slice(2)];
process.exitCode = tryRun('unshare', args, { env: { IMAGE_FOLDER: folder } }) ? 0 : 1;
