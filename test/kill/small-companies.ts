import { openBamboohr, openQuickbooks, openSlack } from './companies.ts'
import type { Company } from './company.ts'
import type { ChildJob } from './sync-child.ts'

const HOUR = 3_600_000

// Limits of ten a second are obeyed, and waited for no longer than this test can.
const time = { startedAt: Date.now(), speed: 60 }

/** A company that was copied once and has changed since: where a sync begins that is killed. */
export interface ChangedCompany {
  readonly company: Company<unknown, Readonly<Record<string, (...given: never[]) => unknown>>>
  /** Lets it change, too far from the first sync for its lookback to reach back. */
  change(): void
  /** The ids that a complete copy has then, by entity. */
  ids(): Readonly<Record<string, readonly string[]>>
  /** The ids that it has deleted by then. */
  readonly gone: readonly string[]
}

/** A kind of sync of a company. */
export interface SmallScene {
  readonly provider: ChildJob['provider']
  readonly type: ChildJob['type']
  open(): Promise<ChangedCompany>
}

async function bamboohr(people: number, pageSize: number, percent: number): Promise<ChangedCompany> {
  const company = await openBamboohr({ people, pageSize, entities: ['employees', 'departments'] })
  const { actions } = company.sandbox
  return {
    company,
    change() {
      actions.changeMany(percent)
      actions.advance(HOUR)
      actions.hire({ firstName: 'Nova', lastName: 'Newcomer' })
      actions.remove('109')
      actions.remove('120')
    },
    ids: () => ({ employees: actions.ids() }),
    gone: ['109', '120'],
  }
}

async function quickbooks(): Promise<ChangedCompany> {
  const entities = ['invoices', 'transactions']
  const options = { invoices: 7, transactions: { Purchase: 4, Bill: 6 }, customers: 3, accounts: 3 }
  const company = await openQuickbooks({ pageSize: 5, entities, time }, options)
  const { actions } = company.sandbox
  return {
    company,
    change() {
      for (const type of ['Invoice', 'Purchase', 'Bill'] as const) actions.changeMany(type, 20)
      actions.advance(HOUR)
      actions.add('Invoice')
      actions.pay('2', 100)
      actions.void('Bill', '3')
      actions.add('Deposit')
      actions.remove('Invoice', '4')
      actions.remove('Invoice', '7')
      actions.remove('Bill', '6')
    },
    gone: ['4', '7', 'Bill/6'],
    ids: () => ({
      invoices: actions.ids('Invoice'),
      transactions: (['Bill', 'Deposit', 'Purchase'] as const).flatMap((type) =>
        actions.ids(type).map((id) => `${type}/${id}`),
      ),
    }),
  }
}

async function slack(type: ChildJob['type']): Promise<ChangedCompany> {
  const entities = ['messages', 'files']
  const options = { channels: 2, ims: 0, mpims: 0, users: 4, strangers: 0, files: 4, messagesPerChannel: 7 }
  const company = await openSlack(
    { pageSize: 4, entities, time },
    { ...options, threadShare: 0.3, repliesPerThread: 3 },
  )
  const { actions } = company.sandbox
  const [general = '', other = ''] = actions.readableChannelIds()
  const fresh = actions.post(other)
  const [file = ''] = actions.fileIds()
  const old = actions.messageIds(other).find((ts) => actions.message(other, ts)?.thread_ts === undefined) ?? ''
  return {
    company,
    change() {
      actions.advance(HOUR)
      const parent = actions.post(general)
      for (let n = 0; n < 5; n += 1) actions.reply(general, parent, { text: String(n) })
      actions.post(actions.createChannel())
      actions.addFile(other)
      actions.deleteMessage(other, fresh)
      // Nothing tells an incremental sync of these.
      if (type === 'full') {
        actions.deleteMessage(other, old)
        actions.deleteFile(file)
      }
    },
    gone: [`${other}/${fresh}`, ...(type === 'full' ? [`${other}/${old}`, file] : [])],
    ids() {
      const { messages, files } = actions.truth()
      const inChannels = Object.entries(messages).flatMap(([channel, all]) =>
        all.map(({ ts, thread_ts: thread = ts }) => [channel, ...new Set([thread, ts])].join('/')),
      )
      return { messages: inChannels, files: files.map(({ id }) => String(id)) }
    },
  }
}

/** Small companies whose syncs are killed at every moment there is. */
export const smallScenes: readonly SmallScene[] = [
  // Three pages and a sweep; two pages of changes, as the feed of changes comes in hundreds.
  { provider: 'bamboohr', type: 'full', open: () => bamboohr(24, 8, 20) },
  { provider: 'bamboohr', type: 'incremental', open: () => bamboohr(110, 40, 100) },
  { provider: 'quickbooks', type: 'full', open: quickbooks },
  { provider: 'quickbooks', type: 'incremental', open: quickbooks },
  { provider: 'slack', type: 'full', open: () => slack('full') },
  { provider: 'slack', type: 'incremental', open: () => slack('incremental') },
]
