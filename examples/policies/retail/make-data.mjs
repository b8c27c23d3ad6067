// Creates data/ from the published retail domain: node examples/policies/retail/make-data.mjs DIR
//
// Copies the policy, the license and the stories unchanged. Reduces the database to the users of the stories, all their orders, and all
// products. One record a line, in the order of the original, so the output is the same on every run.
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const source = process.argv[2];
if (source === undefined)
  throw new Error('Usage: node examples/policies/retail/make-data.mjs DIR (with db.json and tasks_train.json)');
const target = join(import.meta.dirname, 'data');
const db = JSON.parse(readFileSync(join(source, 'db.json'), 'utf8'));
const stories = JSON.parse(readFileSync(join(source, 'tasks_train.json'), 'utf8'));

const userIds = new Set(stories.flatMap(({ actions }) => actions.map((action) => findUserId(action.arguments))));
const users = pick(
  db.users,
  (user) => userIds.has(user.user_id) || stories.some((story) => isIntroduced(user, story.user.known_info)),
);
const orders = pick(db.orders, ({ user_id }) => Object.hasOwn(users, user_id));

for (const name of ['policy.md', 'LICENSE']) copyFileSync(join(source, name), join(target, name));
copyFileSync(join(source, 'tasks_train.json'), join(target, 'tasks.json'));
writeFileSync(join(target, 'db.json'), `{${['products', 'users', 'orders'].map(format).join(',\n')}}\n`);

/** Returns the user that the arguments of a tool are about; undefined if they name none. */
function findUserId({ user_id, order_id, email, first_name, last_name, zip }) {
  if (user_id !== undefined) return user_id;
  if (order_id !== undefined) return db.orders[order_id]?.user_id;
  const found = Object.values(db.users).find(
    (user) =>
      (email !== undefined && user.email === email) ||
      (user.name.first_name === first_name && user.name.last_name === last_name && user.address.zip === zip),
  );
  return found?.user_id;
}

/** Whether a story introduces the user: by email, by user id, or by name and zip code. */
function isIntroduced({ user_id, email, name, address }, text) {
  const hasName = [name.first_name, name.last_name, address.zip].every((part) => text.includes(part));
  return hasName || text.includes(email) || text.includes(user_id);
}

function pick(records, isPicked) {
  return Object.fromEntries(Object.entries(records).filter(([, record]) => isPicked(record)));
}

function format(table) {
  const records = { products: db.products, users, orders }[table];
  const lines = Object.entries(records).map(([id, record]) => `${JSON.stringify(id)}:${JSON.stringify(record)}`);
  return `"${table}":{\n${lines.join(',\n')}\n}`;
}
