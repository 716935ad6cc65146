import { readdirSync } from 'node:fs'
import { defineConfig } from 'vitest/config'

// Tests run from source: this condition picks `./src/*.ts` in every workspace package.
const conditions = ['@unioneyes/source', 'node', 'import', 'default']
const packages = readdirSync(new URL('packages', import.meta.url))

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    maxWorkers: 2,
    testTimeout: 30_000,
    projects: [
      ...packages.map((name) => ({
        extends: true as const,
        test: { name, include: [`packages/${name}/test/**/*.test.ts`] },
      })),
      { extends: true as const, test: { name: 'whole', include: ['test/**/*.test.ts', 'scripts/**/*.test.ts'] } },
    ],
  },
})
