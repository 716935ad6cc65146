import { property } from '@unioneyes/adapter-kit'
import type { AdapterSubject, EntityHand, ItemsLens, WebhookHand } from '@unioneyes/testkit'
import { quickbooks } from '../src/index.ts'
import {
  quickbooksSandbox,
  sandboxRealmId,
  sandboxVerifierToken,
  signDelivery,
  transactionTypes,
} from '../src/sandbox.ts'
import type { Companies, ObjectType, QuickbooksActions } from '../src/sandbox.ts'
import { expectedRecord, HOME } from './expected-records.ts'
import { knowingTokens } from './known-tokens.ts'
import { AT } from './live.ts'
import type { Sandbox } from './live.ts'

type Hand = EntityHand<Sandbox>

const PAGE_SIZE = 3
const TOKEN = 'access-token-of-the-checks-0001'
const OTHER_TOKEN = 'access-token-of-the-checks-0002'

let changes = 0
/** Something that was never said before. */
const news = (): string => {
  changes += 1
  return `News ${String(changes)}`
}

/** The objects of some types in an answer; one without any lacks the name of the type. */
const objectsOf = (types: readonly ObjectType[], wrap: (type: ObjectType, row: unknown) => unknown): ItemsLens => ({
  get(body) {
    const response = property(body, 'QueryResponse')
    if (response === undefined) return undefined
    return types.flatMap((type) => {
      const rows = property(response, type)
      return Array.isArray(rows) ? rows.map((row: unknown) => wrap(type, row)) : []
    })
  },
  set(body, items) {
    const type = types.find((one) => property(property(body, 'QueryResponse'), one) !== undefined) ?? types[0] ?? ''
    const rows = items.map((item) => (types.length === 1 ? item : property(item, 'row')))
    const response = { ...toObject(property(body, 'QueryResponse')), [type]: rows }
    return { ...toObject(body), QueryResponse: response }
  },
})

const toObject = (value: unknown): object => (typeof value === 'object' ? (value ?? {}) : {})

/** Requests for a page of some types; those for certain ids are none. */
const listingOf =
  (types: readonly ObjectType[]): Hand['listing'] =>
  ({ path, query }) => {
    const text = query.get('query') ?? ''
    return path.endsWith('/query') && text.includes(' orderby ') && types.some((type) => text.includes(` ${type} `))
  }

const paging = { size: PAGE_SIZE, end: 'empty', ordered: true } as const

type OneType = Exclude<ObjectType, (typeof transactionTypes)[number]>

/** An entity of one type, whose text can be changed. */
function objectHand(type: OneType, own: { readonly text: string } & Pick<Hand, 'fields' | 'remove'>): Hand {
  const change: Hand['change'] = ({ actions }, id) => actions.change(type, id, { [own.text]: news() })
  return {
    listing: listingOf([type]),
    items: objectsOf([type], (_type, row) => row),
    id: 'Id',
    paging,
    fields: own.fields,
    ids: ({ actions }) => actions.ids(type),
    expected: ({ actions }, id) => expectedRecord(type, actions.object(type, id) ?? {}, HOME),
    add: ({ actions }) => actions.add(type),
    change,
    remove: own.remove,
    backdate(sandbox, id, ms) {
      sandbox.actions.advance(-ms)
      change(sandbox, id)
      sandbox.actions.advance(ms)
    },
  }
}

const moment = { wire: 'MetaData.CreateTime', record: 'createdAt' }

const invoices = objectHand('Invoice', {
  text: 'PrivateNote',
  fields: {
    text: { wire: 'PrivateNote', record: 'memo' },
    number: { wire: 'CustomerRef.value', record: 'customerId' },
    day: { wire: 'TxnDate', record: 'issuedOn' },
    moment,
  },
  remove: ({ actions }, id) => actions.remove('Invoice', id),
})

const payments = objectHand('Payment', {
  text: 'PrivateNote',
  fields: {
    text: { wire: 'PaymentRefNum', record: 'reference' },
    number: { wire: 'CustomerRef.value', record: 'customerId' },
    day: { wire: 'TxnDate', record: 'paidOn' },
    moment,
  },
  remove: ({ actions }, id) => actions.remove('Payment', id),
})

// QuickBooks removes no customer and no account: they become inactive, which is a change.
const customers = objectHand('Customer', {
  text: 'Notes',
  fields: { text: { wire: 'Notes', record: 'notes' }, number: { wire: 'ParentRef.value', record: 'parentId' }, moment },
})

const accounts = objectHand('Account', {
  text: 'Description',
  fields: {
    text: { wire: 'Description', record: 'description' },
    number: { wire: 'ParentRef.value', record: 'parentId' },
    moment,
  },
})

function partsOf(id: string): readonly [(typeof transactionTypes)[number], string] {
  const [word, number = ''] = id.split('/')
  const type = transactionTypes.find((one) => one === word)
  if (!type) throw new Error(`${id} is no id of a transaction.`)
  return [type, number]
}

const changeTransaction: Hand['change'] = ({ actions }, id) => actions.change(...partsOf(id), { PrivateNote: news() })

const transactions: Hand = {
  listing: listingOf(transactionTypes),
  items: objectsOf(transactionTypes, (type, row) => ({ type, row })),
  id: 'row.Id',
  recordId: (item) => `${String(property(item, 'type'))}/${String(property(property(item, 'row'), 'Id'))}`,
  paging,
  fields: {
    text: { wire: 'row.PrivateNote', record: 'memo' },
    day: { wire: 'row.TxnDate', record: 'postedOn' },
    moment: { wire: 'row.MetaData.CreateTime', record: 'createdAt' },
  },
  ids: ({ actions }) => transactionTypes.flatMap((type) => actions.ids(type).map((id) => `${type}/${id}`)),
  expected({ actions }, id) {
    const [type, number] = partsOf(id)
    return expectedRecord(type, actions.object(type, number) ?? {}, HOME)
  },
  add: ({ actions }) => `JournalEntry/${actions.add('JournalEntry')}`,
  change: changeTransaction,
  remove: ({ actions }, id) => actions.remove(...partsOf(id)),
  backdate(sandbox, id, ms) {
    sandbox.actions.advance(-ms)
    changeTransaction(sandbox, id)
    sandbox.actions.advance(ms)
  },
}

const webhooks: WebhookHand = {
  secrets: { verifierToken: sandboxVerifierToken },
  signedHeaders: ['intuit-signature'],
  deliver(at, n) {
    const event = { realmId: sandboxRealmId, operation: 'Update', at, sequence: n } as const
    const { body, headers } = signDelivery([
      { ...event, type: 'Invoice', id: String(100 + n) },
      { ...event, type: 'Bill', id: '7', sequence: n + 1000 },
    ])
    return { body: Buffer.from(body), headers: new Headers(headers), receivedAt: at }
  },
}

/** What the checks of the testkit need to know of QuickBooks. */
export const subject: AdapterSubject<Companies, QuickbooksActions> = {
  adapter: quickbooks,
  sandbox: () =>
    knowingTokens(
      quickbooksSandbox({
        stoppedAt: AT,
        retryAfter: true,
        // Days pass in a check, and it has nothing to renew a token with.
        oauth: { accessTokenMs: 365 * 86_400_000 },
        ...{ invoices: 5, payments: 5, customers: 5, accounts: 5 },
        transactions: { JournalEntry: 3, Purchase: 1, Deposit: 1, Bill: 1, BillPayment: 1 },
      }),
      [TOKEN, OTHER_TOKEN],
    ),
  credentials: { accessToken: TOKEN },
  wrongCredentials: { accessToken: 'access-token-of-somebody-else-0003' },
  otherCredentials: () => ({ accessToken: OTHER_TOKEN }),
  settings: { realmId: sandboxRealmId, pageSize: PAGE_SIZE, homeCurrency: HOME },
  advance: ({ actions }, ms) => actions.advance(ms),
  revoke: ({ actions }) => actions.revokeGrants(),
  webhooks,
  entities: { invoices, payments, customers, accounts, transactions },
}
