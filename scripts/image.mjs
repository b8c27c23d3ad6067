// `npm run image`: builds the image of the Dockerfile without a container engine, starts it as a cluster would (read-only, without
// rights, not root), asks for its health and for a turn, stops it, and prints what it measured. Leaves nothing behind.
//   --node-image, --runtime-image   bases of a registry instead of those made of Debian's packages and this machine's Node.js
//   --archive FILE                  keeps the image, for docker load (OCI's own format has no health check)
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureProgram } from './debian-package.mjs';
import { fail, ran } from './run.mjs';

if (process.platform !== 'linux' || process.getuid?.() !== 0)
  fail('image: run it as root on Linux, or use docker build');
ensureProgram('buildah', 'buildah', 'buildah 1.28 or later');
ensureProgram('crun', 'crun', 'crun 1.8 or later');
ensureProgram('podman', 'podman', 'podman 4.3 or later');
if (!process.argv.includes('--node-image')) ensureProgram('mmdebstrap', 'mmdebstrap', 'mmdebstrap');

const folder = mkdtempSync(join(tmpdir(), 'image-'));
process.on('exit', () => rmSync(folder, { recursive: true, force: true }));
// In a mount namespace of its own: every mount of the containers ends with it.
const inside = ['--mount', '--', 'node', 'scripts/image/build-and-show.mjs', ...process.argv.slice(2)];
process.exitCode = ran('unshare', inside, { env: { IMAGE_FOLDER: folder } }) ? 0 : 1;
