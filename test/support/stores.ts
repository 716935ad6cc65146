import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryStore } from '@unioneyes/core'
import type { Clock, Store } from '@unioneyes/core'
import { sqliteStore } from '@unioneyes/store-sqlite'

/** A way to get fresh, migrated stores; `reopen` gives what a new process would see. */
export interface StoreKind {
  readonly name: string
  open(options?: { clock?: Clock }): Promise<OpenedStore>
}

export interface OpenedStore extends AsyncDisposable {
  readonly store: Store
  /** The same data, through a new instance where the store has files. */
  reopen(): Promise<Store>
}

const memory: StoreKind = {
  name: 'memory',
  async open(options) {
    const store = memoryStore(options)
    await store.migrate()
    return { store, reopen: () => Promise.resolve(store), [Symbol.asyncDispose]: () => store.close() }
  },
}

export const sqliteKind: StoreKind = {
  name: 'sqlite',
  async open(options) {
    const folder = mkdtempSync(join(tmpdir(), 'integrations-'))
    const path = join(folder, 'test.db')
    const opened: Store[] = []
    const open = async (): Promise<Store> => {
      const store = sqliteStore({ path, ...options })
      opened.push(store)
      await store.migrate()
      return store
    }
    return {
      store: await open(),
      reopen: open,
      async [Symbol.asyncDispose]() {
        for (const store of opened) await store.close()
        rmSync(folder, { recursive: true, force: true })
      },
    }
  },
}

/** Every store that ships, so that a law is tested on all of them. */
export const storeKinds: readonly StoreKind[] = [memory, sqliteKind]
