// The process that start-prism.ts starts: Prism's own validating proxy, with a specification in a file in front of a server.
// Not the command `prism proxy`, which before it listens makes an example of every path for its log, and in doing so renames
// each parameter with a bracket in its name, so that it is never looked at again.
import { createRequire } from 'node:module'

interface PrismOperation {
  readonly path: string
}

interface PrismServer {
  readonly listen: (port: number, host: string) => Promise<string>
}

/** The part of Prism's packages that its command is made of. */
interface PrismModules {
  readonly getHttpOperationsFromSpec: (file: string) => Promise<PrismOperation[]>
  readonly createServer: (operations: readonly PrismOperation[], options: object) => PrismServer
  readonly createLogger: (name: string, options: object) => object
}

// They are dependencies of the command's package, and found from there.
const load = createRequire(import.meta.resolve('@stoplight/prism-cli'))
const { getHttpOperationsFromSpec } = load('@stoplight/prism-http') as PrismModules
const { createServer } = load('@stoplight/prism-http-server') as PrismModules
const { createLogger } = load('@stoplight/prism-core') as PrismModules

const [, , file = '', upstream = ''] = process.argv
// Whatever happens to the process that started this one, the end of its channel ends this one as well.
process.once('disconnect', () => process.exit())

const operations = await getHttpOperationsFromSpec(file)
if (operations.length === 0) throw new Error('There are no operations in the specification.')
const server = createServer(operations, {
  cors: false,
  config: {
    isProxy: true,
    upstream: new URL(upstream),
    upstreamProxy: undefined,
    checkSecurity: true,
    validateRequest: true,
    validateResponse: true,
    // Violations are passed on in a header: an error of the proxy's own would be repeated as an outage of the provider.
    errors: false,
    mock: {},
  },
  components: { logger: createLogger('proxy', { level: 'silent' }) },
})
process.send?.({ url: await server.listen(0, '127.0.0.1') })
