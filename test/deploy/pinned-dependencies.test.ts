import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

// Downloads of a build are pinned by digest, so that they cannot be replaced.

const root = join(__dirname, '..', '..');
const trackedFiles = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' }).trim().split('\n');
const locks = trackedFiles.filter((path) => basename(path) === 'package-lock.json');
const dockerfiles = trackedFiles.filter((path) => /^(Dockerfile|.*\.Dockerfile)$/i.test(basename(path)));

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly link?: boolean;
}

it.each(locks)('%s has the integrity of every package that npm downloads', (path) => {
  const { packages }: { packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
    readFileSync(join(root, path), 'utf8'),
  );
  // Other paths are folders of this repository.
  const downloaded = Object.entries(packages).filter(([name, { link }]) => name.includes('node_modules/') && !link);
  expect(downloaded.length).toBeGreaterThan(10);
  const unpinned = downloaded.filter(([, { integrity }]) => !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''));
  expect(unpinned.map(([name]) => name)).toEqual([]);
});

it.each(dockerfiles)('%s names every base image with its digest', (path) => {
  const text = readFileSync(join(root, path), 'utf8');
  const defaults = new Map([...text.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name = '', value = '']) => [name, value]));
  const resolve = (image: string): string =>
    image.replaceAll(/\$\{(\w+)\}/g, (_reference, name: string) => resolve(defaults.get(name) ?? ''));
  const images = [...text.matchAll(/^FROM (\S+)/gm)].map(([, image = '']) => resolve(image));
  expect(images.length).toBeGreaterThan(0);
  // `scratch` is the empty image.
  expect(
    images.filter((image) => image !== 'scratch' && !/^[\w./-]+:[\w.-]+@sha256:[0-9a-f]{64}$/.test(image)),
  ).toEqual([]);
});
