import { IntegrationError } from '@unioneyes/core'
import type { CommitResult, IntegrationErrorCode, PageCommit } from '@unioneyes/core'
import type { DatabaseSync } from 'node:sqlite'
import type { Worker } from 'node:worker_threads'
import { UpsertPacker } from './packed-upserts.ts'
import type { PackedUpserts } from './packed-upserts.ts'

/** What the thread is started with. */
export interface CommitThreadOptions {
  readonly path: string
  readonly lockWaitMs: number
  readonly maxPages: number | undefined
}

/** A commit on its way to the thread: what can be copied of it, and the store's time. */
export interface CommitRequest {
  readonly commit: PageCommit<DatabaseSync>
  readonly now: number
}

/** A commit as it is sent. */
export interface CommitMessage {
  readonly commit: Omit<PageCommit<DatabaseSync>, 'upserts'>
  readonly upserts: PackedUpserts
  readonly now: number
}

/** What the thread says: that it is ready, or how a commit ended. */
export type CommitReply = 'ready' | { readonly result: CommitResult } | { readonly error: CommitFailure }

/** An error in values that can be copied from thread to thread. */
export interface CommitFailure {
  readonly message: string
  /** Of an IntegrationError. */
  readonly code: IntegrationErrorCode | undefined
  readonly retryable: boolean | undefined
  readonly provider: string | undefined
  readonly entity: string | undefined
}

interface Waiting {
  readonly resolve: (result: CommitResult) => void
  readonly reject: (error: unknown) => void
}

/**
 * A second thread with a handle of its own on the database, for large commits: while it writes and waits for the disk, this
 * thread reads the next pages and stays responsive. It is started by the first commit that it would have served, serves one
 * commit at a time, and keeps no process alive by itself.
 */
export class CommitThread {
  readonly #options: CommitThreadOptions
  // One commit at a time, so that the memory of the last one is free when the next one is packed.
  readonly #packer = new UpsertPacker()
  #worker: Worker | undefined
  #state: 'unused' | 'starting' | 'ready' | 'gone' = 'unused'
  #waiting: Waiting | undefined
  #told: (() => void) | undefined

  constructor(options: CommitThreadOptions) {
    this.#options = options
  }

  /** Whether a commit can be handed over now. The first question starts the thread, which is ready some commits later. */
  get ready(): boolean {
    if (this.#state === 'unused') void this.start()
    return this.#state === 'ready'
  }

  /** Starts the thread. Resolves when it is ready, or when it is known that there will be none. */
  async start(): Promise<void> {
    const told = new Promise<void>((resolve) => (this.#told = resolve))
    await this.#start()
    await told
  }

  /**
   * Carries out a commit and flushes it.
   * @throws what the commit throws; STORE_UNAVAILABLE when the thread ended in the middle of it.
   */
  commit(request: CommitRequest): Promise<CommitResult> {
    const worker = this.#worker
    if (worker === undefined || this.#state !== 'ready') return Promise.reject(this.#ended())
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
      worker.ref()
      const { upserts, ...commit } = request.commit
      const message: CommitMessage = { commit, upserts: this.#packer.pack(upserts), now: request.now }
      worker.postMessage(message)
    })
  }

  /** Ends the thread, which must have nothing to do. */
  async close(): Promise<void> {
    this.#state = 'gone'
    await this.#worker?.terminate()
  }

  async #start(): Promise<void> {
    this.#state = 'starting'
    try {
      const { Worker } = await import('node:worker_threads')
      if (this.#hasEnded()) return
      const isSource = import.meta.url.endsWith('.ts')
      const worker = new Worker(new URL(isSource ? 'commit-worker.ts' : 'commit-worker.js', import.meta.url), {
        workerData: this.#options,
        // The packages that the worker imports must be sources too.
        execArgv: isSource ? ['--conditions=@unioneyes/source'] : [],
      })
      this.#worker = worker
      worker.unref()
      worker.on('message', (reply: CommitReply) => {
        this.#hear(reply)
      })
      // Without a thread, as in an app that was bundled into one file, commits are carried out on this one.
      worker.on('error', () => {
        this.#lose()
      })
      worker.on('exit', () => {
        this.#lose()
      })
    } catch {
      this.#lose()
    }
  }

  #hear(reply: CommitReply): void {
    if (reply === 'ready') {
      if (this.#state === 'starting') this.#state = 'ready'
      this.#told?.()
      return
    }
    const waiting = this.#waiting
    this.#waiting = undefined
    this.#worker?.unref()
    if ('result' in reply) waiting?.resolve(reply.result)
    else waiting?.reject(fromFailure(reply.error))
  }

  #lose(): void {
    this.#state = 'gone'
    this.#told?.()
    this.#waiting?.reject(this.#ended())
    this.#waiting = undefined
  }

  #hasEnded(): boolean {
    return this.#state === 'gone'
  }

  #ended(): IntegrationError {
    return new IntegrationError(
      'STORE_UNAVAILABLE',
      `The thread that writes to the database ${this.#options.path} ended in the middle of a commit, which may or may not have been written. Run the sync again: it goes on where the database stands`,
    )
  }
}

/** An error as it can be sent to another thread. */
export function toFailure(error: unknown): CommitFailure {
  const message = error instanceof Error ? error.message : String(error)
  if (!IntegrationError.is(error)) {
    return { message, code: undefined, retryable: undefined, provider: undefined, entity: undefined }
  }
  const { code, retryable, provider, entity } = error
  return { message, code, retryable, provider, entity }
}

function fromFailure({ message, code, ...details }: CommitFailure): Error {
  return code === undefined ? new Error(message) : new IntegrationError(code, message, details)
}
