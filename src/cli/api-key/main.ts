import { generateApiKey, hashApiKey } from '../../server/auth';
import { type ApiKeyArguments, apiKeyArguments, usage } from './api-key-arguments';

/** The entry of a key for the file of auth.api_keys_file. The arguments hold nothing that TOML would read otherwise. */
function entryOf(key: string, { id, tenant, scopes, expires }: ApiKeyArguments): string {
  const lines = [
    '[[keys]]',
    `id = "${id}"`,
    `sha256 = "${hashApiKey(key)}"`,
    `tenant = "${tenant}"`,
    `scopes = [${scopes.map((scope) => `"${scope}"`).join(', ')}]`,
    ...(expires === undefined ? [] : [`expires_at = ${expires.toISOString()}`]),
  ];
  return lines.join('\n');
}

function main(): void {
  try {
    const args = apiKeyArguments(process.argv.slice(2));
    if (args.help) {
      console.log(usage);
      return;
    }
    const key = generateApiKey();
    console.error(`The key, which is shown this once: ${key}`);
    console.log(entryOf(key, args));
  } catch (error) {
    console.error(`api-key: ${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    process.exitCode = 2;
  }
}

main();
