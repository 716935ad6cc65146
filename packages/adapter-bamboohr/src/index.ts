import { defineAdapter } from '@unioneyes/adapter-kit'
import { IntegrationType } from '@unioneyes/core'
import manifest from '../package.json' with { type: 'json' }
import { api } from './api.ts'
import { departments, employees, leave, payroll, positions } from './entities.ts'
import { webhooks } from './webhooks.ts'

export { api, departments, employees, leave, payroll, positions, webhooks }

/** BambooHR: an organization's people and departments, their positions, leave and rates of pay. */
export const bamboohr = defineAdapter({
  provider: 'bamboohr',
  name: 'BambooHR',
  description: 'People, departments, positions, leave and rates of pay.',
  type: IntegrationType.HRIS,
  version: manifest.version,
  documentationUrl: 'https://documentation.bamboohr.com/reference',
  api,
  entities: { employees, departments, positions, leave, payroll },
  remarks: {
    employees: { evidence: 'specification' },
    departments: { evidence: 'specification' },
    positions: {
      evidence: 'specification',
      note: 'Job titles, and who held which from which day on. A webhook about a job brings the next sync forward.',
    },
    leave: {
      evidence: 'specification',
      note: 'BambooHR cannot tell what changed: an incremental sync reads a window around today again.',
    },
    payroll: {
      evidence: 'specification',
      note: 'Rates of pay over time: BambooHR offers neither pay runs nor pay stubs. A webhook about pay brings the next sync forward.',
    },
  },
  webhooks,
})
