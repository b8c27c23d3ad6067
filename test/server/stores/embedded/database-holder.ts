import { open } from 'lmdb';

// Opens the database of a folder with LMDB alone, as an earlier release and the tools of LMDB do, until the process is killed.
open({ path: process.argv[2] ?? '', noSubdir: false, maxDbs: 32 });
process.stdout.write('open\n');
setInterval(() => undefined, 1_000);
