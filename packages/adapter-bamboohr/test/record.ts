// Usage: node --conditions=@unioneyes/source packages/adapter-bamboohr/test/record.ts <file>
//
// With BAMBOOHR_SUBDOMAIN and BAMBOOHR_API_KEY set, reads the first pages of a real company (reads only) and writes what was
// asked and answered into a fixture, scrubbed. Look it over before you publish it.
import { systemClock } from '@unioneyes/core'
import { recordExchange } from '@unioneyes/testkit/replay'
import { bamboohr } from '../src/index.ts'
import { readSome, recordingSettings, scrubRules } from './exchange.ts'
import { connect } from './live.ts'

const [, , file] = process.argv
const { BAMBOOHR_SUBDOMAIN: subdomain = '', BAMBOOHR_API_KEY: apiKey = '' } = process.env
if (file === undefined || subdomain === '' || apiKey === '') {
  console.error('Usage: BAMBOOHR_SUBDOMAIN=… BAMBOOHR_API_KEY=… node --conditions=@unioneyes/source record.ts <file>')
  process.exit(1)
}

const { result, fixture } = await recordExchange(
  {
    file,
    provider: bamboohr.provider,
    adapterVersion: bamboohr.version,
    against: 'a company',
    credentials: { apiKey },
    identifiers: [subdomain],
    rules: scrubRules,
  },
  async () => {
    const settings = { subdomain, ...recordingSettings }
    return readSome(await connect({ apiKey, settings, clock: systemClock }))
  },
)
for (const { entity, type, ids, invalid } of result) {
  console.log(`${entity}, ${type}: ${ids.length} records, ${invalid} that could not be read`)
}
console.log(`${fixture.exchanges.length} exchanges in ${file}; ${fixture.scrubbed.replaced} values were replaced.`)
console.log(`Texts stand as they came in: ${fixture.scrubbed.kept.join(', ')}. Look at these first.`)
