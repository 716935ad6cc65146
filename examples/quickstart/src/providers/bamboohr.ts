import { bamboohr } from '@unioneyes/adapter-bamboohr'
import { sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import type { BamboohrActions, BamboohrSandboxOptions } from '@unioneyes/adapter-bamboohr/sandbox'
import type { Provider, TrueRecord } from '../provider.ts'

/** BambooHR: people and their departments. Positions, leave and pay are there too, for whoever asks for them. */
export function bamboohrProvider(people: number): Provider<typeof bamboohr, BamboohrActions> {
  const options: BamboohrSandboxOptions = { people, rateLimit: { requests: 60, perMs: 60_000 } }
  return {
    adapter: bamboohr,
    entities: ['employees', 'departments'],
    shown: ['employees'],
    words(item) {
      if (item.entity === 'employees') {
        const { displayName, jobTitle, departmentName, status } = item.record
        return [displayName, jobTitle, departmentName, status]
      }
      return item.entity === 'departments' ? [item.record.name] : []
    },
    sandbox: {
      moduleUrl: import.meta.resolve('@unioneyes/adapter-bamboohr/sandbox'),
      exportName: 'bamboohrSandbox',
      options: { ...options },
      silence: { path: '/api/v1/employees', after: 6 },
    },
    connect: () =>
      Promise.resolve({
        credentials: { apiKey: sandboxApiKey },
        settings: { subdomain: 'sandbox', pageSize: Math.min(250, Math.ceil(people / 12)) },
      }),
    async stir(sandbox, round) {
      const [percent, hired, removed] = round === 1 ? [2, 15, 12] : [1, 5, 4]
      const changed = await sandbox.act('changeMany', percent)
      const ids = await sandbox.act('ids')
      const step = Math.floor(ids.length / (removed + 1))
      for (let n = 1; n <= removed; n += 1) await sandbox.act('remove', String(ids[n * step]))
      for (let n = 1; n <= hired; n += 1) {
        await sandbox.act('hire', { firstName: 'Noa', lastName: `Newcomer ${String(n)}` })
      }
      const told = `${String(changed.length)} people changed, ${String(hired)} were hired, ${String(removed)} removed`
      return { told, removed }
    },
    async truth(sandbox) {
      const { employees, departments } = await sandbox.act('truth')
      return {
        employees: employees.map((row): TrueRecord => ({ id: String(row.employeeId), row, partial: true })),
        departments: departments.map((row) => ({ id: String(row.id), row })),
      }
    },
  }
}
