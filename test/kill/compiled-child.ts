import { fileURLToPath } from 'node:url'
import { build } from 'tsup'

/**
 * Makes one file of the child with everything it imports, which starts in a third of the time: a test that kills hundreds
 * waits for little else.
 *
 * @returns its path
 */
export async function compileChild(folder: string): Promise<string> {
  await build({
    config: false,
    entry: [fileURLToPath(new URL('./sync-child.ts', import.meta.url))],
    outDir: folder,
    format: 'esm',
    platform: 'node',
    // Each adapter in a file of its own, as a child needs one.
    splitting: true,
    noExternal: [/./],
    removeNodeProtocol: false,
    outExtension: () => ({ js: '.mjs' }),
    silent: true,
    esbuildOptions(options) {
      options.conditions = ['@unioneyes/source', 'node', 'import']
      // What was written for CommonJS asks for it.
      options.banner = {
        js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url)",
      }
    },
  })
  return `${folder}/sync-child.mjs`
}
