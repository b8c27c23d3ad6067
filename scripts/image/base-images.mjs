// Builds the base images of deploy/image/local-node.Dockerfile.
import { cpSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fail, getOutput, root, run } from '../run.mjs';
import { buildImage, folder } from './containers.mjs';

/** The Debian packages of the libraries that Node.js is linked to. */
const libraries = ['base-files', 'libc6', 'libstdc++6'];

/** Builds the base images of both stages. Returns their names. */
export function buildBaseImages() {
  const context = join(folder, 'bases');
  mkdirSync(context);
  createDebianArchive(join(context, 'runtime.tar'), libraries);
  createDebianArchive(join(context, 'build.tar'), [...libraries, 'dash', 'coreutils']);
  cpSync(process.execPath, join(context, 'node'), { dereference: true });
  const npm = getOutput('npm', ['root', '--global']) ?? fail('image: npm is not installed');
  cpSync(realpathSync(join(npm, 'npm')), join(context, 'npm'), { recursive: true });
  const file = join(root, 'deploy', 'image', 'local-node.Dockerfile');
  const images = { nodeImage: 'localhost/node-build', runtimeImage: 'localhost/node-runtime' };
  buildImage(context, { name: images.nodeImage, file, target: 'build' });
  buildImage(context, { name: images.runtimeImage, file, target: 'runtime' });
  return images;
}

/** Creates an archive with the files of Debian packages. The packages are extracted but not configured. */
function createDebianArchive(archive, packages) {
  run('mmdebstrap', ['--quiet', '--variant=extract', `--include=${packages.join(',')}`, 'bookworm', archive]);
}
