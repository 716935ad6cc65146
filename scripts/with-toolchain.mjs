// Usage: node scripts/with-toolchain.mjs <script.ts> [arguments…]
//
// Runs a script of this repository on the pinned toolchain, which it installs first when it is missing or out of date.
// Only this file runs on the machine's own Node.js (20 or later), so it imports nothing but built-ins.
import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('..', import.meta.url))
const modules = join(root, 'node_modules')
const stamp = join(modules, '.toolchain')
const windows = process.platform === 'win32'

const [script, ...args] = process.argv.slice(2)
if (!script) stop('Usage: node scripts/with-toolchain.mjs <script.ts> [arguments…]')
if (Number.parseInt(process.versions.node, 10) < 20) stop(`Node.js 20 or later is needed; this is ${process.version}.`)

const wanted = fingerprint()
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) await install()

process.env.PATH = [join(modules, '.bin'), process.env.PATH].join(delimiter)
const node = join(modules, 'node', 'bin', windows ? 'node.exe' : 'node')
const { code } = await run(node, ['--conditions=@unioneyes/source', join(root, script), ...args], { stdio: 'inherit' })
process.exit(code)

/** What an installed node_modules depends on: the lockfile, the workspace and every package.json. */
function fingerprint() {
  const folders = ['.', 'bench', ...['packages', 'examples'].flatMap((parent) => subfolders(parent))]
  const files = [
    'pnpm-lock.yaml',
    'pnpm-workspace.yaml',
    '.pnpmfile.mjs',
    ...folders.map((folder) => join(folder, 'package.json')),
  ]
  const hash = createHash('sha256')
  for (const file of files.map((name) => join(root, name)).filter((path) => existsSync(path))) {
    hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0')
  }
  return hash.digest('hex')
}

function subfolders(parent) {
  const path = join(root, parent)
  return existsSync(path)
    ? readdirSync(path)
        .sort()
        .map((name) => join(parent, name))
    : []
}

async function install() {
  const { packageManager } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  // On stderr, so that a script's own output can be piped.
  console.error('Installing the toolchain (once, about 20 s)…')
  const command = ['--yes', packageManager, 'install', '--frozen-lockfile', '--config.confirmModulesPurge=false']
  const { code, output } = await run('npx', command, { stdio: ['ignore', 'pipe', 'pipe'], shell: windows, cwd: root })
  if (code === 0) return writeFileSync(stamp, wanted)

  // A proxy's or registry's URL may carry a password.
  const tail = output
    .replace(/\/\/[^/\s@]+@/g, '//***@')
    .trim()
    .split('\n')
    .slice(-15)
    .join('\n')
  stop(
    `\n${tail}\n\nInstalling the toolchain failed (npx ${packageManager} install, exit code ${code}).\n${advice(output, packageManager)}`,
  )
}

/** The likely cause of a failed installation, and what to do about it. */
function advice(output, packageManager) {
  if (/ENOSPC|EDQUOT|no space left/i.test(output)) return 'The disk is full: free about 1 GB, then run this again.'
  if (/OUTDATED_LOCKFILE|LOCKFILE_CONFIG_MISMATCH|frozen installation/i.test(output)) {
    return `pnpm-lock.yaml does not fit the package.json files: run \`npx ${packageManager} install\` and commit the lockfile.`
  }
  if (/ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|certificate|fetch|network/i.test(output)) {
    return (
      'The package registry could not be reached: check the network. Behind a proxy set HTTPS_PROXY; where the proxy opens TLS, ' +
      'set NODE_EXTRA_CA_CERTS too. For a registry of your own: npm config set registry <url>.'
    )
  }
  if (/EACCES|EPERM|EROFS/i.test(output))
    return 'A folder is not writable: check the owner of this folder and of the npm cache.'
  if (/E40[13]\b|unauthorized|forbidden/i.test(output))
    return 'The registry refused the request: check the token in .npmrc.'
  return 'Check the network, the proxy and the free disk space, then run this again.'
}

/** Runs a command to its end, passing signals on to it; the exit code is 128 + the signal's number when one ended it. */
function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, options)
    let output = ''
    child.stdout?.on('data', (chunk) => (output += chunk))
    child.stderr?.on('data', (chunk) => (output += chunk))

    const forward = (signal) => {
      // A terminal sends Ctrl-C to the child as well; a second one would mean "stop at once".
      if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
    }
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, forward)

    const end = (code, text) => {
      for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.off(signal, forward)
      resolve({ code, output: text })
    }
    child.on('error', (error) => end(127, `${output}\n${command}: ${error.message}`))
    child.on('close', (code, signal) => end(code ?? 128 + constants.signals[signal], output))
  })
}

function stop(message) {
  console.error(message)
  process.exit(1)
}
