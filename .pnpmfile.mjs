// Runs when a package is packed or published: what helps inside the workspace stays out of the tarball.
// (After editing this file run `npx pnpm install`: the lockfile keeps its checksum.)
export const hooks = {
  beforePacking(manifest, folder) {
    delete manifest.scripts
    delete manifest.devDependencies

    // The source condition points at ./src, which is not published.
    for (const target of Object.values(manifest.exports ?? {})) {
      if (typeof target === 'object') delete target['@unioneyes/source']
    }
    if (Array.isArray(manifest.sideEffects)) {
      manifest.sideEffects = manifest.sideEffects.filter((path) => !path.startsWith('./src/'))
    }

    // npm accepts a provenance statement only when `repository` names the repository that built it; CI knows which.
    const { GITHUB_SERVER_URL: server, GITHUB_REPOSITORY: repository } = process.env
    if (server && repository) {
      const directory = `packages/${folder.split(/[\\/]/).at(-1)}`
      manifest.repository = { type: 'git', url: `git+${server}/${repository}.git`, directory }
    }
    return manifest
  },
}
