import { globSync, readFileSync } from 'node:fs'

// One configuration for every package; tsup runs inside the package's folder. What is built is what `exports` names:
// the source condition says where an entry starts, `default` where it lands.
const { exports } = JSON.parse(readFileSync('package.json', 'utf8'))
const entry = Object.fromEntries(
  Object.values(exports)
    .filter((target) => typeof target === 'object')
    .map((target) => [target.default.replace(/^\.\/dist\/|\.js$/g, ''), target['@unioneyes/source']]),
)
// A worker thread is loaded by its address, so it is a file of its own beside the package's.
for (const file of globSync('src/*-worker.ts')) entry[file.replace(/^src\/|\.ts$/g, '')] = file

export default {
  entry,
  format: 'esm',
  target: 'node22',
  platform: 'node',
  dts: true,
  sourcemap: false,
  clean: true,
  // `node:sqlite` exists only under its full name.
  removeNodeProtocol: false,
}
