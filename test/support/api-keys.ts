import { generateApiKey, hashApiKey } from '../../src/server/auth';

/** An API key with its entry for the file. */
export interface MadeKey {
  readonly key: string;
  readonly entry: string;
  /** The metadata of a call with it. */
  readonly metadata: { readonly authorization: string };
}

/** Makes a key, of any tenant with all scopes where nothing else is said. `more` is further lines of its entry. */
export function anApiKey(
  id: string,
  tenant = '*',
  scopes: readonly string[] = ['turns', 'sessions', 'catalogue'],
  more = '',
): MadeKey {
  const key = generateApiKey();
  const list = scopes.map((scope) => `"${scope}"`).join(', ');
  const entry = `[[keys]]\nid = "${id}"\nsha256 = "${hashApiKey(key)}"\ntenant = "${tenant}"\nscopes = [${list}]\n${more}\n`;
  return { key, entry, metadata: { authorization: `Bearer ${key}` } };
}
