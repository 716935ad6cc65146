import type { Company, PersonPatch, RawPatch } from './company.ts'
import { toSeconds } from './company.ts'
import { allListFields, toListRow } from './list-employees.ts'
import { toOption } from './older-endpoints.ts'
import { TERMINATED, toDate } from './person.ts'

/** What the company has now, in the provider's own words. */
export interface BamboohrTruth {
  /** Every live employee with every field the listing knows, in the order of their ids. */
  readonly employees: readonly Record<string, unknown>[]
  /** Every department, archived ones included. */
  readonly departments: readonly Record<string, unknown>[]
}

/** What can be done to the imitated company. Ids are text, as the vendor writes them. */
export type BamboohrActions = ReturnType<typeof createActions>

/** The actions on one company. */
export function createActions(company: Company) {
  const { glitches } = company

  function option(list: 'department', id: string) {
    const found = company.lists[list].find((one) => String(one.id) === id)
    if (!found) throw new Error(`The sandbox has no ${list} ${id}.`)
    return found
  }

  return {
    /** Somebody starts today. @returns the new employee's id */
    hire: (patch: PersonPatch = {}): string => company.hire(patch),
    /**
     * Changes a person, and so enters the feed. Who reports to somebody renamed shows the new name without entering it:
     * the vendor does not say that they would.
     */
    change: (id: string, patch: PersonPatch): void => {
      company.change(id, patch)
      if ('firstName' in patch || 'lastName' in patch || 'preferredName' in patch) company.touchAll()
    },
    /** Deletes a person for good. Who reported to them keeps the id and loses the name. */
    remove: (id: string): void => {
      company.remove(id)
      company.touchAll()
    },
    /** Somebody's employment ends; the person stays. */
    terminate: (id: string, date = toDate(company.now())): void => {
      company.change(id, { status: 'Inactive', terminationDate: date, employmentStatus: TERMINATED })
    },
    /** Gives new mobile numbers to so many percent of the people, spread evenly. @returns their ids */
    changeMany: (percent: number): string[] => {
      const live = company.live()
      const count = Math.round((live.length * percent) / 100)
      const changed: string[] = []
      for (let n = 0; n < count; n += 1) {
        const index = live[Math.floor((n * live.length) / count)]
        if (index === undefined) continue
        const id = String(company.person(index).id)
        company.change(id, { mobilePhone: `+1 800-555-${String(company.version(index)).padStart(4, '0')}` })
        changed.push(id)
      }
      return changed
    },
    /** Renames a department. Its people show the new name without entering the feed, as nothing says that they would. */
    renameDepartment: (id: string, name: string): void => {
      option('department', id).name = name
      company.touchAll()
    },
    archiveDepartment: (id: string): void => {
      option('department', id).archivedDate = toSeconds(company.now()).replace('Z', '+00:00')
    },
    /** @returns the new department's id */
    addDepartment: (name: string): string => {
      const id = 20_000 + company.lists.department.length
      const createdDate = toSeconds(company.now()).replace('Z', '+00:00')
      company.lists.department.push({ id, name, createdDate, archivedDate: null })
      return String(id)
    },

    /** No key is let in any more. */
    revokeKey: (): void => {
      company.keys.clear()
    },
    /** This key is let in. */
    acceptKey: (key: string): void => {
      company.keys.add(key)
    },
    /** The key's user may not see this field of anybody. */
    restrictField: (name: string): void => {
      company.restricted.add(name)
      company.touchAll()
    },
    /** @see restrictField */
    allowField: (name: string): void => {
      company.restricted.delete(name)
      company.touchAll()
    },

    /** Makes a row that no reader can like: by default a number where a text was. Enters the feed. */
    corruptRow: (id: string, raw: RawPatch = { firstName: 42, lastName: { was: 'text' } }): void =>
      company.setRaw(id, raw),
    /** @see corruptRow */
    healRow: (id: string): void => company.setRaw(id, undefined),
    /** The last employee of a page is the first of the next one too. */
    duplicateAcrossPages: (on = true): void => {
      glitches.duplicateAcrossPages = on
    },
    /** Listings show nobody, with a proper end and a total of zero. */
    shrinkToZero: (on = true): void => {
      glitches.emptyListing = on
    },
    /** The stated total is off by so many. */
    lieAboutTotal: (delta: number): void => {
      glitches.totalDelta = delta
    },
    /** The last page of the employee listing leads back to the first. */
    endlessCursor: (on = true): void => {
      glitches.endlessCursor = on
    },
    /** `GET /api/v1/employees` answers 403. */
    refuseListing: (on = true): void => {
      glitches.listingRefused = on
    },
    /** The feed says this as `latest`, whatever it holds; undefined makes it truthful again. */
    sayLatest: (latest: string | null | undefined): void => {
      glitches.latest = latest
    },

    /** Lets the company's time pass. */
    advance: (ms: number): void => company.advance(ms),
    /** The company's time, in milliseconds since 1970. */
    now: (): number => company.now(),
    /** How many people there are. */
    count: (): number => company.live().length,
    /** The ids of all people, in order. */
    ids: (): string[] => company.live().map((index) => String(company.person(index).id)),
    /** What a complete and correct copy would have to hold. */
    truth: (): BamboohrTruth => {
      const fields = allListFields(company)
      return {
        employees: company.live().map((index) => toListRow(index, fields, company)),
        departments: company.lists.department.map(toOption),
      }
    },
  }
}
