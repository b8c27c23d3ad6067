// The bases of deploy/image/local-node.Dockerfile.
import { cpSync, mkdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import { fail, output, root, run } from '../run.mjs';
import { buildImage, folder } from './containers.mjs';

/** What Node.js is linked against. */
const libraries = ['base-files', 'libc6', 'libstdc++6'];

/** Makes an image to build on and one to run on; their names. */
export function makeLocalBases() {
  const context = join(folder, 'bases');
  mkdirSync(context);
  debianTree(join(context, 'runtime.tar'), libraries);
  debianTree(join(context, 'build.tar'), [...libraries, 'dash', 'coreutils']);
  cpSync(process.execPath, join(context, 'node'), { dereference: true });
  const npm = output('npm', ['root', '--global']) ?? fail('image: there is no npm');
  cpSync(realpathSync(join(npm, 'npm')), join(context, 'npm'), { recursive: true });
  const file = join(root, 'deploy', 'image', 'local-node.Dockerfile');
  const bases = { nodeImage: 'localhost/node-build', runtimeImage: 'localhost/node-runtime' };
  buildImage(context, { name: bases.nodeImage, file, target: 'build' });
  buildImage(context, { name: bases.runtimeImage, file, target: 'runtime' });
  return bases;
}

/** The files of packages, unpacked and not configured. */
function debianTree(archive, packages) {
  run('mmdebstrap', ['--quiet', '--variant=extract', `--include=${packages.join(',')}`, 'bookworm', archive]);
}
