import { generateApiKey, hashApiKey } from '../../src/server/auth';

/** An API key and its entry in the key file. */
export interface ApiKeyFixture {
  readonly key: string;
  readonly entry: string;
  /** The metadata of a call with the key. */
  readonly metadata: { readonly authorization: string };
}

/** Creates a key, by default for any tenant and with all scopes. `extraLines` are appended to its entry. */
export function anApiKey(
  id: string,
  tenant = '*',
  scopes: readonly string[] = ['turns', 'sessions', 'catalogue'],
  extraLines = '',
): ApiKeyFixture {
  const key = generateApiKey();
  const list = scopes.map((scope) => `"${scope}"`).join(', ');
  const entry = `[[keys]]\nid = "${id}"\nsha256 = "${hashApiKey(key)}"\ntenant = "${tenant}"\nscopes = [${list}]\n${extraLines}\n`;
  return { key, entry, metadata: { authorization: `Bearer ${key}` } };
}
