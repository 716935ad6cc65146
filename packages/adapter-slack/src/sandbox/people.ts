import type { Random } from '@unioneyes/testkit'
import { fromId, toId } from './ids.ts'
import { sandboxAppId, sandboxEnterpriseId } from './options.ts'
import { createRandom, mixSeed } from './random.ts'
import type { Wire } from './timestamps.ts'
import { familyNames, givenNames, titles } from './words.ts'

/** The vendor's own user, in every workspace under this id. */
export const SLACKBOT = 'USLACKBOT'

/** Everybody in one workspace, and those of others who write there. */
export type People = ReturnType<typeof createPeople>

/** What the members of a workspace are made from. */
export interface PeopleOptions {
  readonly place: number
  readonly seed: number
  readonly teamId: string
  readonly users: number
  readonly strangers: number
  readonly enterprise: boolean
  /** Milliseconds since 1970. */
  readonly openedAt: number
  readonly now: () => number
}

/** How a user is shown. */
export interface UserView {
  /** With `profile.email`: for those who hold `users:read.email`. */
  readonly email: boolean
  readonly locale: boolean
}

const BOT = 1
const FIRST_PERSON = 2
const OTHER_WORKSPACE = 500_000
const DAY = 86_400

/** Opens a workspace's list of people: Slackbot is 0, the app's bot 1, then everybody else, the latest last. */
export function createPeople(options: PeopleOptions) {
  const { place, seed, teamId, enterprise, openedAt } = options
  let count = FIRST_PERSON + options.users
  const patches = new Map<number, Wire>()

  const prefixOf = (n: number): string => (enterprise && n >= FIRST_PERSON && !isBot(n) ? 'W' : 'U')

  function isBot(n: number): boolean {
    return n === BOT || (n < FIRST_PERSON + options.users && n % 10 === 7)
  }

  function idOf(n: number): string {
    return n === 0 ? SLACKBOT : toId(prefixOf(n), place, n)
  }

  const strangerId = (n: number): string => toId('U', OTHER_WORKSPACE + place, n)
  const strangerTeam = toId('T', OTHER_WORKSPACE + place, 0)

  function find(id: string): number | undefined {
    if (id === SLACKBOT) return 0
    const n = fromId(id, 'UW', place)
    return n !== undefined && n > 0 && n < count && idOf(n) === id ? n : undefined
  }

  function findStranger(id: string): number | undefined {
    const n = fromId(id, 'U', OTHER_WORKSPACE + place)
    return n !== undefined && n < options.strangers ? n : undefined
  }

  // Ages of changes: up to 600 days before the workspace was opened.
  function person(n: number, random: Random): Wire {
    const [given, family] = [random.pick(givenNames), random.pick(familyNames)]
    const realName = `${given} ${family}`
    const handle = `member.${String(n)}`
    const deleted = n % 11 === 8
    const restricted = n % 13 === 9
    const ultra = !restricted && n % 17 === 12
    const profile: Wire = {
      title: random.pick(titles),
      phone: random.chance(0.4) ? `+1 514-555-${String(1000 + random.below(9000))}` : '',
      skype: '',
      real_name: realName,
      real_name_normalized: plain(realName),
      display_name: random.chance(0.3) ? '' : given,
      display_name_normalized: '',
      fields: null,
      status_text: random.chance(0.2) ? 'On the picket line' : '',
      status_emoji: '',
      status_expiration: 0,
      avatar_hash: `g${String(1_000_000 + n)}`,
      ...images(`avatar/${String(n)}`),
      ...(random.chance(0.8) && { first_name: given, last_name: family }),
      ...(!random.chance(0.04) && { email: `${handle}@northernworks.example` }),
      team: teamId,
    }
    profile.display_name_normalized = plain(String(profile.display_name))
    const common: Wire = { id: idOf(n), team_id: teamId, name: handle, deleted, profile }
    const updated = Math.floor(openedAt / 1000) - 60 - random.below(600 * DAY)
    // Who was deactivated has few fields left: the specification requires no others of a user.
    if (deleted) return { ...common, is_bot: false, is_app_user: false, updated, is_forgotten: false }
    return {
      ...common,
      color: '9f69e7',
      real_name: realName,
      tz: 'America/Toronto',
      tz_label: 'Eastern Daylight Time',
      tz_offset: -14_400,
      is_admin: n === FIRST_PERSON || n % 19 === 4,
      is_owner: n === FIRST_PERSON,
      is_primary_owner: n === FIRST_PERSON,
      is_restricted: restricted || ultra,
      is_ultra_restricted: ultra,
      is_bot: false,
      is_app_user: n % 10 === 3,
      updated,
      is_email_confirmed: true,
      has_2fa: n % 3 === 0,
      who_can_share_contact_card: 'EVERYONE',
      ...(enterprise && { enterprise_user: enterpriseUser(idOf(n), teamId, n) }),
    }
  }

  function bot(n: number): Wire {
    const name = n === BOT ? 'Sync' : `Helper ${String(n)}`
    return {
      id: idOf(n),
      team_id: teamId,
      name: n === BOT ? 'sync' : `helper${String(n)}`,
      deleted: false,
      color: '3c989f',
      real_name: name,
      tz: 'America/Los_Angeles',
      tz_label: 'Pacific Daylight Time',
      tz_offset: -25_200,
      profile: {
        title: '',
        phone: '',
        skype: '',
        real_name: name,
        real_name_normalized: name,
        display_name: '',
        display_name_normalized: '',
        fields: null,
        status_text: '',
        status_emoji: '',
        avatar_hash: `b${String(1_000_000 + n)}`,
        api_app_id: n === BOT ? sandboxAppId : toId('A', place, n),
        always_active: true,
        bot_id: botId(n),
        ...images(`bot/${String(n)}`),
        team: teamId,
      },
      is_admin: false,
      is_owner: false,
      is_primary_owner: false,
      is_restricted: false,
      is_ultra_restricted: false,
      is_bot: true,
      is_app_user: false,
      updated: Math.floor(openedAt / 1000) - 100 * DAY - n,
    }
  }

  const botId = (n: number): string => toId('B', place, n)

  // Sheet: Traps. Slackbot is no bot and was never changed.
  function slackbot(): Wire {
    return {
      ...bot(0),
      name: 'slackbot',
      real_name: 'Slackbot',
      profile: {
        ...images('slackbot'),
        real_name: 'Slackbot',
        real_name_normalized: 'Slackbot',
        display_name: 'Slackbot',
        display_name_normalized: 'Slackbot',
        title: '',
        phone: '',
        skype: '',
        fields: {},
        status_text: '',
        status_emoji: '',
        avatar_hash: 'sv41d8cd98f0',
        always_active: true,
        first_name: 'slackbot',
        last_name: '',
        team: teamId,
      },
      is_bot: false,
      updated: 0,
    }
  }

  function shown(user: Wire, view: UserView): Wire {
    const profile = { ...asWire(user.profile) }
    if (!view.email) delete profile.email
    return { ...user, profile, ...(view.locale && user.deleted !== true && { locale: 'en-US' }) }
  }

  function full(n: number): Wire {
    const user = n === 0 ? slackbot() : isBot(n) ? bot(n) : person(n, createRandom(mixSeed(seed, 11), n))
    const patch = patches.get(n)
    if (!patch) return user
    return {
      ...user,
      ...patch,
      ...('profile' in patch && isWire(patch.profile) && { profile: { ...asWire(user.profile), ...patch.profile } }),
    }
  }

  function mustFind(id: string): number {
    const n = find(id)
    if (n === undefined) throw new Error(`The sandbox has no user ${id}.`)
    return n
  }

  return {
    botUserId: idOf(BOT),
    botId: botId(BOT),
    botIdOf: botId,
    teamOfStrangers: strangerTeam,
    strangers: options.strangers,
    strangerId,
    count: (): number => count,
    idOf,
    isBot,
    /** How many were there from the beginning: those who write generated messages. */
    founders: options.users,
    founderId: (n: number): string => idOf(FIRST_PERSON + n),
    find,
    findStranger,
    show: (n: number, view: UserView): Wire => shown(full(n), view),
    showStranger(n: number): Wire {
      const user = { ...person(n, createRandom(mixSeed(seed, 12), n)), id: strangerId(n), team_id: strangerTeam }
      const profile: Wire = { ...asWire(asWire(user).profile), team: strangerTeam }
      delete profile.email
      return {
        ...user,
        name: `guest.${String(n)}`,
        deleted: false,
        profile,
        is_stranger: true,
        is_bot: false,
        is_app_user: false,
      }
    },
    add(patch: Wire): string {
      const n = count
      count += 1
      patches.set(n, {
        deleted: false,
        updated: Math.floor(options.now() / 1000),
        ...patch,
      })
      return idOf(n)
    },
    change(id: string, patch: Wire): void {
      const n = mustFind(id)
      const before = patches.get(n) ?? {}
      const profile = { ...asWire(before.profile ?? {}), ...asWire(patch.profile ?? {}) }
      patches.set(n, {
        ...before,
        updated: Math.floor(options.now() / 1000),
        ...patch,
        ...(patch.profile !== undefined && { profile }),
      })
    },
  }
}

function enterpriseUser(id: string, teamId: string, n: number): Wire {
  return {
    id,
    enterprise_id: sandboxEnterpriseId,
    enterprise_name: 'Northern Federation',
    is_admin: false,
    is_owner: n === FIRST_PERSON,
    is_primary_owner: n === FIRST_PERSON,
    teams: [teamId],
  }
}

function images(path: string): Wire {
  const address = (size: number): string => `https://avatars.sandbox.example/${path}_${String(size)}.png`
  return Object.fromEntries([24, 32, 48, 72, 192, 512].map((size) => [`image_${String(size)}`, address(size)]))
}

const plain = (name: string): string => name.normalize('NFD').replace(/\p{M}/gu, '')

function isWire(value: unknown): value is Wire {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** The value as an object with properties, an empty one when it is none. */
export function asWire(value: unknown): Wire {
  return isWire(value) ? value : {}
}
