import { childTimeoutMs, run } from '../command-line';

jest.setTimeout(childTimeoutMs);

const tenant = 'c0c0c0c0-0000-4000-8000-000000000001';

test('api-key writes the key to standard error and its entry, which has only the hash, to standard output', async () => {
  const args = ['--id', 'checkout', '--tenant', tenant, '--scopes', 'turns, sessions', '--expires', '2999-01-31'];
  const { code, stdout, stderr } = await run(['api-key', ...args]);
  expect(code).toBe(0);
  const key = /^API key \(shown only once\): (so_[\w-]{43})\n$/.exec(stderr)?.[1];
  expect(key).toBeDefined();
  expect(stdout).not.toContain(key);
  expect(stdout).toMatch(
    new RegExp(`^\\[\\[keys\\]\\]
id = "checkout"
sha256 = "[0-9a-f]{64}"
tenant = "${tenant}"
scopes = \\["turns", "sessions"\\]
expires_at = 2999-01-31T00:00:00.000Z
$`),
  );
});

test('a key without --expires does not expire', async () => {
  const { stdout } = await run(['api-key', '--id', 'a', '--tenant', '*', '--scopes', 'turns']);
  expect(stdout).not.toContain('expires_at');
});

test.each<[string, readonly string[], string]>([
  ['an unknown scope', ['--tenant', '*', '--scopes', 'admin'], 'It must be a list of one or more of "turns"'],
  ['no scope', ['--tenant', '*', '--scopes', ','], 'It must be a list of one or more of "turns"'],
  ['a missing tenant', ['--scopes', 'turns'], "required option '--tenant <uuid>' not specified"],
  ['an invalid tenant', ['--tenant', 'acme', '--scopes', 'turns'], 'It must be the UUID of a tenant, or "*"'],
  [
    'an invalid expiry',
    ['--tenant', '*', '--scopes', 'turns', '--expires', 'soon'],
    'It must be a date, or a date and time with an offset.',
  ],
  [
    'an expiry in local time',
    ['--tenant', '*', '--scopes', 'turns', '--expires', '2999-01-31T09:00:00'],
    'It must be a date, or a date and time with an offset.',
  ],
])('api-key creates no key for %s', async (_case, args, message) => {
  const { code, stdout, stderr } = await run(['api-key', '--id', 'a', ...args]);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(message);
});
