// What image.mjs does in its own mount namespace.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { output, root } from '../run.mjs';
import { buildah, buildImage, podman } from './containers.mjs';
import { makeLocalBases } from './local-bases.mjs';
import { writeNpmSettings } from './npm-settings.mjs';
import { seconds, showThatItRuns } from './show-that-it-runs.mjs';

const image = 'localhost/scenario-orchestrator';
const option = { type: 'string' };
const { values: given } = parseArgs({ options: { 'node-image': option, 'runtime-image': option, archive: option } });

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

build();
await showThatItRuns(image);
if (given.archive !== undefined) buildah('push', image, `docker-archive:${given.archive}:scenario-orchestrator`);

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
