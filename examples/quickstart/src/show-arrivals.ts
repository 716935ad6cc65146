import { organizationId } from './app.ts'
import type { openApp } from './app.ts'
import type { Screen } from './screen.ts'

/** Shows how much arrived, and the first few of it as the app reads them. */
export async function showArrivals(app: Awaited<ReturnType<typeof openApp>>, screen: Screen): Promise<void> {
  const key = { organizationId, provider: 'bamboohr', connection: 'default' }
  const employees = await app.store.records.count({ ...key, entity: 'employees' })
  const departments = await app.store.records.count({ ...key, entity: 'departments' })
  screen.line(
    `   ${String(employees)} employees and ${String(departments)} departments are in the database. The first five:`,
  )
  let shown = 0
  for await (const employee of app.integrations.records(organizationId, 'bamboohr', 'employees')) {
    const { id, displayName, jobTitle = '-', departmentName = '-', status } = employee
    screen.line(
      `   ${id.padEnd(8)} ${displayName.padEnd(28)} ${jobTitle.padEnd(24)} ${departmentName.padEnd(20)} ${status}`,
    )
    shown += 1
    if (shown === 5) break
  }
}
