// Builds and tests the image. image.mjs runs it in a separate mount namespace.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { getOutput, root } from '../run.mjs';
import { buildBaseImages } from './base-images.mjs';
import { buildah, buildImage, podman } from './containers.mjs';
import { writeNpmSettings } from './npm-settings.mjs';
import { formatSeconds, testImage } from './test-image.mjs';

const image = 'localhost/scenario-orchestrator';
const option = { type: 'string' };
const { values } = parseArgs({ options: { 'node-image': option, 'runtime-image': option, archive: option } });

const formatMegabytes = (bytes) => `${(bytes / 1e6).toFixed(0)} MB`;

buildServiceImage();
await testImage(image);
if (values.archive !== undefined) buildah('push', image, `docker-archive:${values.archive}:scenario-orchestrator`);

function buildServiceImage() {
  const nodeImage = values['node-image'];
  const bases = nodeImage ? { nodeImage, runtimeImage: values['runtime-image'] ?? nodeImage } : buildBaseImages();
  const start = performance.now();
  buildImage(root, {
    name: image,
    args: {
      NODE_IMAGE: bases.nodeImage,
      RUNTIME_IMAGE: bases.runtimeImage,
      VERSION: JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')).version,
      REVISION: getOutput('git', ['rev-parse', 'HEAD']) ?? 'unknown',
    },
    secrets: { npmrc: writeNpmSettings() },
  });
  const size = Number(podman('image', 'inspect', '--format', '{{.Size}}', image));
  console.log(`image: built in ${formatSeconds(performance.now() - start)}, ${formatMegabytes(size)}`);
}
