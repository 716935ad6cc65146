import { parseJsonText } from '@unioneyes/core'
import type { NextFault } from './answers.ts'
import { everyType } from './company.ts'
import type { Provider } from './company.ts'
import { toDay } from './moments.ts'
import { DELETED_SUFFIX, inactive } from './name-rows.ts'
import { isNameList } from './object-types.ts'
import type { ObjectType } from './object-types.ts'
import type { Table } from './table.ts'
import { voided } from './voiding.ts'
import type { Operation, Webhooks } from './webhooks.ts'
import { money, toRowText } from './wire-values.ts'
import type { Row } from './wire-values.ts'

/** What a company has now, by type: every object that is there, in the order of ids, in the provider's own words. */
export type QuickbooksTruth = Readonly<Record<ObjectType, readonly Readonly<Record<string, unknown>>[]>>

/** Fields of an object to be set; one that is `undefined` is left out from then on. Any value goes, wrong ones too. */
export type ObjectPatch = Readonly<Record<string, unknown>>

/** The types whose objects can be voided. */
export type VoidableType = Exclude<ObjectType, 'Customer' | 'Account'>

/** The types whose objects are names: they become inactive, or are merged, and are never deleted. */
export type NameType = 'Customer' | 'Account'

/** The actions on the companies. Ids are text. Where no company is named, the first one is meant. */
export function createActions(provider: Provider, webhooks: Webhooks) {
  const tableOf = (type: ObjectType, realmId?: string): Table => provider.realm(realmId).tables[type]

  function rowOf(type: ObjectType, id: string, realmId?: string): Row {
    const table = tableOf(type, realmId)
    const place = table.find(id)
    if (place === undefined) throw new Error(`The sandbox has no ${type} ${id}.`)
    return table.row(place)
  }

  function note(type: ObjectType, id: string, operation: Operation, realmId?: string, deletedId?: string): void {
    const at = provider.now()
    webhooks.note({ realmId: provider.realm(realmId).realmId, type, id, operation, at, deletedId })
  }

  function update(type: ObjectType, id: string, patch: ObjectPatch, operation: Operation, realmId?: string): void {
    tableOf(type, realmId).change(id, patch)
    note(type, id, operation, realmId)
  }

  function add(type: ObjectType, patch: ObjectPatch = {}, realmId?: string): string {
    const today = isNameList(type) ? {} : { TxnDate: toDay(provider.now()) }
    const id = tableOf(type, realmId).add({ ...today, ...patch })
    note(type, id, 'Create', realmId)
    return id
  }

  function change(type: ObjectType, id: string, patch: ObjectPatch, realmId?: string): void {
    update(type, id, patch, 'Update', realmId)
  }

  function mustBeTransaction(type: ObjectType, what: string): void {
    if (isNameList(type)) throw new Error(`QuickBooks does not ${what} a ${type}: deactivate or merge it.`)
  }

  return {
    /** Everything there is, as an adapter reads it: an amount that a double cannot hold is the text that stands in the answer. */
    truth: (realmId?: string): QuickbooksTruth => {
      const { tables } = provider.realm(realmId)
      return everyType((type) => tables[type].byId().map((place) => asRead(tables[type].row(place))))
    },
    /** The ids of what is there, inactive and void objects included. */
    ids: (type: ObjectType, realmId?: string): string[] =>
      tableOf(type, realmId)
        .byId()
        .map((place) => String(place + 1)),
    /** One object as it is read; undefined when it is not there. */
    object: (type: ObjectType, id: string, realmId?: string): Readonly<Record<string, unknown>> | undefined => {
      const place = tableOf(type, realmId).find(id)
      return place === undefined ? undefined : asRead(tableOf(type, realmId).row(place))
    },
    /** The companies of the sandbox. */
    realmIds: (): string[] => [...provider.realms.keys()],
    now: (): number => provider.now(),
    /** Lets time pass; back, when negative. */
    advance: (ms: number): void => provider.advance(ms),

    /** @returns the new object's id */
    add,
    change,
    /** Changes so many percent of a type's objects, spread evenly. @returns their ids */
    changeMany: (type: ObjectType, percent: number, realmId?: string): string[] => {
      const places = [...tableOf(type, realmId).byId()]
      const count = Math.round((places.length * percent) / 100)
      return Array.from({ length: count }, (_, n) => {
        const id = String((places[Math.floor((n * places.length) / count)] ?? 0) + 1)
        const field = type === 'Customer' ? 'CompanyName' : type === 'Account' ? 'Description' : 'PrivateNote'
        change(type, id, { [field]: `Changed ${String(provider.now())}` }, realmId)
        return id
      })
    },
    /** Voids a transaction. What it is linked with stays as it is. */
    void: (type: VoidableType, id: string, realmId?: string): void => {
      mustBeTransaction(type, 'void')
      update(type, id, voided(rowOf(type, id, realmId)), 'Void', realmId)
    },
    /** Deletes a transaction for good. */
    remove: (type: VoidableType, id: string, realmId?: string): void => {
      mustBeTransaction(type, 'delete')
      tableOf(type, realmId).remove(id, 'deleted')
      note(type, id, 'Delete', realmId)
    },
    /** What the vendor's own pages call deleting a name: it stays, with a suffix. */
    deactivate: (type: NameType, id: string, realmId?: string): void =>
      update(type, id, inactive(rowOf(type, id, realmId)), 'Update', realmId),
    activate: (type: NameType, id: string, realmId?: string): void => {
      const names = Object.entries(rowOf(type, id, realmId)).flatMap(([key, value]): [string, string][] =>
        typeof value === 'string' && value.endsWith(DELETED_SUFFIX)
          ? [[key, value.slice(0, -DELETED_SUFFIX.length)]]
          : [],
      )
      update(type, id, { ...Object.fromEntries(names), Active: true }, 'Update', realmId)
    },
    /** Merges one name into another; the loser's id disappears. Who refers to it goes on doing so. */
    merge: (type: NameType, winnerId: string, loserId: string, realmId?: string): void => {
      if (winnerId === loserId) throw new Error('A name cannot be merged into itself.')
      rowOf(type, winnerId, realmId)
      tableOf(type, realmId).remove(loserId, 'merged')
      tableOf(type, realmId).change(winnerId, {})
      note(type, winnerId, 'Merge', realmId, loserId)
    },
    /** Somebody pays an invoice: a payment is added, and the invoice's balance shrinks. @returns the payment's id */
    pay: (invoiceId: string, cents: number, realmId?: string): string => {
      const { CustomerRef, CurrencyRef, ExchangeRate, Balance, LinkedTxn } = rowOf('Invoice', invoiceId, realmId)
      const payment = add(
        'Payment',
        {
          CustomerRef,
          CurrencyRef,
          ExchangeRate,
          TotalAmt: money(cents),
          UnappliedAmt: 0,
          PrivateNote: undefined,
          Line: [{ Amount: money(cents), LinkedTxn: [{ TxnId: invoiceId, TxnType: 'Invoice' }] }],
        },
        realmId,
      )
      const links: unknown[] = Array.isArray(LinkedTxn) ? LinkedTxn : []
      const left = Math.round(Number(Balance) * 100) - cents
      const link = { TxnId: payment, TxnType: 'Payment' }
      change('Invoice', invoiceId, { Balance: money(left), LinkedTxn: [...links, link] }, realmId)
      return payment
    },
    /** Sends a transaction by mail: its `EmailStatus` says so. */
    email: (type: VoidableType, id: string, realmId?: string): void =>
      update(type, id, { EmailStatus: 'EmailSent' }, 'Emailed', realmId),
    /** Changes the company itself. */
    changeCompany: (patch: ObjectPatch, realmId?: string): void => provider.realm(realmId).changeInfo(patch),

    /** Refuses the next requests to the companies, in the order of the calls. Requests for tokens are not among them. */
    failNext: (next: NextFault = {}): void => {
      provider.nextFaults.push(next)
    },
    clearFailures: (): void => {
      provider.nextFaults.length = 0
    },
  }
}

function asRead(row: Row): Readonly<Record<string, unknown>> {
  const read = parseJsonText(toRowText(row))
  return typeof read === 'object' && read !== null ? { ...read } : {}
}
