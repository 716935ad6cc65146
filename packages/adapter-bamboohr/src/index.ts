import { defineAdapter } from '@unioneyes/adapter-kit'
import { IntegrationType } from '@unioneyes/core'
import manifest from '../package.json' with { type: 'json' }
import { api } from './api.ts'
import { departments, employees } from './entities.ts'

export { api, departments, employees }

/** BambooHR: an organization's people and departments. */
export const bamboohr = defineAdapter({
  provider: 'bamboohr',
  name: 'BambooHR',
  description: 'People and departments.',
  type: IntegrationType.HRIS,
  version: manifest.version,
  documentationUrl: 'https://documentation.bamboohr.com/reference',
  api,
  entities: { employees, departments },
})
