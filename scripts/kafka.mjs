// Ensures that a broker of Apache Kafka is present for the tests, as Java archives from Maven Central.
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { getOutput, root, tryRun } from './run.mjs';

const version = '3.9.1';
/** test/support/sinks/kafka-under-test.ts reads the same folder. */
const folder = join(root, 'node_modules', '.cache', 'kafka');

const pom = `<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>test</groupId>
  <artifactId>kafka</artifactId>
  <version>1</version>
  <dependencies>
    <dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>${version}</version></dependency>
    <dependency><groupId>org.slf4j</groupId><artifactId>slf4j-nop</artifactId><version>1.7.36</version></dependency>
  </dependencies>
</project>
`;

/** Downloads the broker (46 MB) if there are Java and Maven. Returns whether it is present. */
export function tryInstallKafka() {
  if (existsSync(folder)) return true;
  if (getOutput('java', ['--version']) === undefined || getOutput('mvn', ['--version']) === undefined) return false;
  console.log(`downloading Apache Kafka ${version}`);
  const fresh = `${folder}.${process.pid}`;
  mkdirSync(fresh, { recursive: true });
  writeFileSync(join(fresh, 'pom.xml'), pom);
  const arguments_ = [
    '-q',
    '-B',
    '-f',
    join(fresh, 'pom.xml'),
    'dependency:copy-dependencies',
    '-DoutputDirectory=lib',
  ];
  const isOk = tryRun('mvn', arguments_, { stdio: 'ignore', timeout: 120_000 });
  if (isOk) renameSync(fresh, folder);
  else rmSync(fresh, { recursive: true, force: true });
  return isOk;
}
