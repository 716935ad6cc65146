import type { App, AppOptions } from './app.ts'
import { openCompany } from './company.ts'
import type { CompanyOptions, TestCompany } from './company.ts'
import { expectHealthy } from './look.ts'

/** A company whose people an app has already, and some of whom have changed since: what every bad input meets. */
export interface SyncedCompany extends AsyncDisposable {
  readonly company: TestCompany
  readonly app: App
}

/** Opens a company, syncs it, and lets people come, change and go. */
export async function openSynced(
  options: CompanyOptions = {},
  appOptions: Partial<AppOptions> = {},
): Promise<SyncedCompany> {
  const company = await openCompany(options)
  try {
    const app = await company.connect(appOptions)
    await expectHealthy(company, app)
    company.clock.jump(3_600_000)
    changePeople(company)
    return { company, app, [Symbol.asyncDispose]: () => company[Symbol.asyncDispose]() }
  } catch (error) {
    await company[Symbol.asyncDispose]()
    throw error
  }
}

/** One person changes on every page, one comes, one goes. */
export function changePeople({ sandbox: { actions } }: Pick<TestCompany, 'sandbox'>): void {
  actions.changeMany(15)
  actions.hire({ firstName: 'Nova', lastName: 'Newcomer' })
  // Nobody reports to the later two thirds: whose manager is renamed or gone does not enter the provider's feed.
  const ids = actions.ids()
  actions.remove(ids[Math.floor((ids.length * 2) / 3)] ?? '')
}
