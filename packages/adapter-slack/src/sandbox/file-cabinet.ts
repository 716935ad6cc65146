import type { Conversation } from './conversations.ts'
import { fromId, toId } from './ids.ts'
import type { People } from './people.ts'
import { createRandom, mixSeed } from './random.ts'
import type { Wire } from './timestamps.ts'
import { fileKinds } from './words.ts'

/** Where a file was shared first, by whom and when (in seconds since 1970). */
export interface FileOrigin {
  readonly conversation: Conversation
  readonly user: string
  readonly created: number
}

/** What a cabinet needs to know of its workspace. */
export interface CabinetOptions {
  readonly place: number
  readonly seed: number
  readonly teamId: string
  readonly people: People
  readonly files: number
  readonly checkFileInfo: boolean
  readonly now: () => number
  /** The conversation of the n-th of the files from the beginning: told apart from the rest since it costs nothing. */
  readonly conversationOf: (n: number) => Conversation | undefined
  /** Where the n-th of them was shared. */
  readonly origin: (n: number) => FileOrigin | undefined
}

interface Change {
  patch: Wire
  deleted: boolean
  /** Shared there too, or no longer there. */
  conversations: Conversation[] | undefined
}

/** A file's number and its age, in seconds since 1970. */
export interface FilePlace {
  readonly n: number
  readonly created: number
}

/** Opens a cabinet. */
export function createFileCabinet(options: CabinetOptions) {
  const { place, people } = options
  const added: FileOrigin[] = []
  const changes = new Map<number, Change>()
  let order: readonly FilePlace[] | undefined

  const idOf = (n: number): string => toId('F', place, n)
  const origin = (n: number): FileOrigin | undefined =>
    n < options.files ? options.origin(n) : added[n - options.files]
  const isDeleted = (n: number): boolean => changes.get(n)?.deleted === true
  const sharedIn = (n: number): readonly Conversation[] => {
    const known = changes.get(n)?.conversations
    if (known) return known
    const conversation = n < options.files ? options.conversationOf(n) : added[n - options.files]?.conversation
    return conversation ? [conversation] : []
  }
  const isVisible = (n: number): boolean =>
    !isDeleted(n) && sharedIn(n).some((one) => !one.isDeleted && (one.type === 'public_channel' || one.isMember))

  function change(n: number): Change {
    let entry = changes.get(n)
    if (!entry) {
      entry = { patch: {}, deleted: false, conversations: undefined }
      changes.set(n, entry)
    }
    return entry
  }

  function find(id: string): number | undefined {
    const n = fromId(id, 'F', place)
    return n !== undefined && n < options.files + added.length ? n : undefined
  }

  function mustFind(id: string): number {
    const n = find(id)
    if (n === undefined || isDeleted(n)) throw new Error(`The sandbox has no file ${id}.`)
    return n
  }

  function isOfStranger(n: number): boolean {
    return people.findStranger(origin(n)?.user ?? '') !== undefined
  }

  function full(n: number): Wire {
    const random = createRandom(mixSeed(options.seed, 31), n)
    const kind = random.pick(fileKinds)
    const { user = '', created = 0 } = origin(n) ?? {}
    const id = idOf(n)
    const isExternal = kind.mode === 'external'
    const where = sharedIn(n)
    const path = `https://files.sandbox.example/files-pri/${options.teamId}-${id}`
    const idsOf = (...types: readonly Conversation['type'][]): string[] =>
      where.filter((one) => !one.isDeleted && types.includes(one.type)).map((one) => one.id)
    const wire: Wire = {
      id,
      created,
      timestamp: created,
      name: kind.name,
      title: n % 7 === 3 ? '' : kind.name,
      mimetype: kind.mimetype,
      filetype: kind.filetype,
      pretty_type: kind.prettyType,
      user,
      user_team: isOfStranger(n) ? people.teamOfStrangers : options.teamId,
      editable: kind.mode === 'snippet' || kind.mode === 'space',
      size: isExternal ? 0 : 1 + random.below(40_000_000),
      mode: kind.mode,
      is_external: isExternal,
      external_type: isExternal ? 'gdrive' : '',
      is_public: where.some(({ type }) => type === 'public_channel'),
      public_url_shared: false,
      display_as_bot: false,
      username: '',
      url_private: isExternal ? `https://drive.example/d/${id}` : path,
      ...(!isExternal && { url_private_download: `${path}/download` }),
      ...(isExternal && { external_id: `ext-${String(n)}`, external_url: `https://drive.example/d/${id}` }),
      permalink: `https://northernworks.sandbox.example/files/${user}/${id}`,
      comments_count: 0,
      channels: idsOf('public_channel'),
      groups: idsOf('private_channel', 'mpim'),
      ims: idsOf('im'),
      // Sheet: shapes of files. Kept by name although its content is gone.
      ...(n % 29 === 17 && { is_tombstoned: true, date_delete: created + 90 * 86_400 }),
    }
    return { ...wire, ...changes.get(n)?.patch }
  }

  // Sheet: Traps, uncertain. The file is another workspace's to show.
  function reference(n: number): Wire {
    return { id: idOf(n), created: 0, timestamp: 0, user: '', mode: 'file_access', file_access: 'check_file_info' }
  }

  const show = (n: number): Wire => (options.checkFileInfo && isOfStranger(n) ? reference(n) : full(n))

  return {
    idOf,
    find,
    isVisible,
    isDeleted,
    sharedIn,
    show,
    /** As `files.info` shows it: whole, wherever it comes from. */
    showWhole: full,
    userOf: (n: number): string => origin(n)?.user ?? '',
    /** As it looks in a message. */
    showInMessage(id: string): Wire {
      const n = find(id)
      if (n === undefined || isDeleted(n)) return { id, mode: 'tombstone' }
      return show(n)
    },
    /** All that there ever were and were not deleted, the latest first. */
    order(): readonly FilePlace[] {
      order ??= Array.from({ length: options.files + added.length }, (_, n) => n)
        .map((n) => ({ n, created: origin(n)?.created ?? 0 }))
        .sort((left, right) => right.created - left.created || right.n - left.n)
      return order
    },
    add(conversation: Conversation, user: string, patch: Wire): string {
      added.push({ conversation, user, created: Math.floor(options.now() / 1000) })
      const n = options.files + added.length - 1
      change(n).patch = patch
      order = undefined
      return idOf(n)
    },
    change(id: string, patch: Wire): void {
      const entry = change(mustFind(id))
      entry.patch = { ...entry.patch, ...patch }
    },
    share(id: string, conversation: Conversation): void {
      const n = mustFind(id)
      change(n).conversations = [...sharedIn(n).filter((one) => one !== conversation), conversation]
    },
    unshare(id: string, conversation: Conversation): void {
      const n = mustFind(id)
      change(n).conversations = sharedIn(n).filter((one) => one !== conversation)
    },
    remove(id: string): void {
      change(mustFind(id)).deleted = true
    },
  }
}
