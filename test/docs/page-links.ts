import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import GithubSlugger from 'github-slugger';
import type MarkdownIt from 'markdown-it';
import { ignoredEntries, parsePage, root } from './markdown-pages';

/** A link or image source within the repository. */
export interface PageLink {
  /** The address as written in the page. */
  readonly address: string;
  /** The target file or folder, relative to the root folder. */
  readonly target: string;
  /** The anchor of the target heading; empty if the link has none. */
  readonly anchor: string;
}

type Token = MarkdownIt.Token;

const externalAddress = /^([a-z][a-z\d+.-]*:|\/\/)/i;

/** Reads the links and images of a page, in Markdown and HTML, except external ones. */
export function readLinks(page: string): readonly PageLink[] {
  return flattenTokens(parsePage(page))
    .flatMap(findAddresses)
    .filter((address) => !externalAddress.test(address))
    .map((address) => {
      const [path = '', anchor = ''] = decodeURI(address).split('#');
      return { address, target: path === '' ? page : normalize(join(dirname(page), path)), anchor };
    });
}

/** Returns the problem of a link; empty if the link is valid. */
export function findProblem({ target, anchor }: PageLink): string {
  if (target.startsWith('..')) return 'leaves the repository';
  if (!existsSync(join(root, target))) return `${target} does not exist`;
  if (anchor === '') return '';
  return target.endsWith('.md') && getAnchors(target).has(anchor) ? '' : `${target} has no heading #${anchor}`;
}

/** Lists the files that are reachable from a page by links. A link to a folder reaches its files, because GitHub lists them. */
export function listReachable(page: string): ReadonlySet<string> {
  const reached = new Set([page]);
  for (const path of reached) {
    if (statSync(join(root, path)).isDirectory()) {
      for (const name of readdirSync(join(root, path))) if (!ignoredEntries.test(name)) reached.add(join(path, name));
    } else if (path.endsWith('.md')) {
      for (const link of readLinks(path)) if (findProblem(link) === '') reached.add(link.target);
    }
  }
  return reached;
}

/** A cache, because many links lead to the same page. */
const anchorsByPage = new Map<string, ReadonlySet<string>>();

function getAnchors(page: string): ReadonlySet<string> {
  const anchors = anchorsByPage.get(page) ?? createAnchors(page);
  anchorsByPage.set(page, anchors);
  return anchors;
}

/** Creates the anchors of the headings of a page, as GitHub does. */
function createAnchors(page: string): ReadonlySet<string> {
  const slugger = new GithubSlugger();
  const tokens = parsePage(page);
  const headings = tokens.filter((_token, index) => tokens[index - 1]?.type === 'heading_open');
  return new Set(headings.map((heading) => slugger.slug(flattenTokens([heading]).map(toText).join(''))));
}

function flattenTokens(tokens: readonly Token[]): readonly Token[] {
  return tokens.flatMap((token) => token.children ?? [token]);
}

function findAddresses(token: Token): readonly string[] {
  if (token.type === 'link_open') return [String(token.attrGet('href'))];
  if (token.type === 'image') return [String(token.attrGet('src'))];
  if (!token.type.startsWith('html_')) return [];
  return [...token.content.matchAll(/\b(?:href|src|srcset)="([^"]+)"/g)].map(([, address]) => address ?? '');
}

/** Returns the visible text of a token. */
function toText({ type, content }: Token): string {
  return type === 'text' || type === 'code_inline' ? content : '';
}
