import type { CommunicationUser } from '@unioneyes/models'
import { z } from 'zod'
import type { Settings } from './api.ts'
import { fromSeconds } from './time-marks.ts'
import { flag, given, ids, number, text } from './wire-parts.ts'

const profile = z.object({
  ...{ real_name: text, display_name: text, first_name: text, last_name: text },
  ...{ email: text, phone: text, title: text, team: text },
})

/** A user of `users.list` or `users.info`. Those who were deactivated have few of the properties. */
export const userRow = z.object({
  id: z.string().min(1),
  team_id: text,
  name: text,
  real_name: text,
  deleted: flag,
  is_admin: flag,
  is_owner: flag,
  is_restricted: flag,
  is_ultra_restricted: flag,
  is_bot: flag,
  is_workflow_bot: flag,
  is_connector_bot: flag,
  is_stranger: flag,
  tz: text,
  updated: number,
  profile: profile.nullish(),
  enterprise_user: z.object({ enterprise_id: text, teams: ids }).nullish(),
})

type UserRow = z.output<typeof userRow>

/** The record of a user. */
export function toUser(row: UserRow, settings: Settings) {
  const { id, profile: shown } = row
  const name = given(row.name)
  const realName = given(row.real_name) ?? given(shown?.real_name)
  return {
    kind: kindOf(row),
    active: row.deleted !== true,
    name,
    displayName: given(shown?.display_name) ?? realName ?? name ?? id,
    realName,
    firstName: given(shown?.first_name),
    lastName: given(shown?.last_name),
    email: given(shown?.email),
    phone: given(shown?.phone),
    jobTitle: given(shown?.title),
    timezone: given(row.tz),
    admin: row.is_admin,
    owner: row.is_owner,
    teamId: teamsOf(row)[0],
    external: isExternal(row, settings),
    updatedAt: fromSeconds(row.updated),
  }
}

function kindOf(row: UserRow): CommunicationUser['kind'] {
  // Slack does not count its own bot among them.
  if (row.is_bot || row.is_workflow_bot || row.is_connector_bot || row.id === 'USLACKBOT') return 'bot'
  if (row.is_ultra_restricted) return 'single_channel_guest'
  if (row.is_restricted) return 'guest'
  return row.is_restricted === false ? 'member' : 'unknown'
}

/**
 * Whether a raw user belongs to other workspaces of the organization only, whom the listing of this one does not show. A token for
 * a whole organization reaches them all.
 */
export function isOfAnotherTeam(raw: unknown, { teamId, enterpriseId }: Settings): boolean {
  if (teamId === undefined || enterpriseId === undefined) return false
  const row = userRow.safeParse(raw).data
  const enterprise = given(row?.enterprise_user?.enterprise_id)
  if (!row || enterprise !== enterpriseId) return false
  const teams = teamsOf(row)
  return teams.length > 0 && !teams.includes(teamId)
}

// In an Enterprise Grid organization the first may be the organization, and a user is in several workspaces.
function teamsOf({ team_id, profile: shown, enterprise_user }: UserRow): readonly string[] {
  const teams = [team_id, ...(enterprise_user?.teams ?? []), shown?.team].flatMap((team) => given(team) ?? [])
  return teams.filter((team) => team.startsWith('T'))
}

// Slack calls only those strangers who share no channel with the app.
function isExternal(row: UserRow, { teamId, enterpriseId }: Settings): boolean | undefined {
  if (row.is_stranger) return true
  const enterprise = given(row.enterprise_user?.enterprise_id)
  if (enterpriseId !== undefined && enterprise !== undefined) return enterprise !== enterpriseId
  const teams = teamsOf(row)
  if (teamId === undefined || teams.length === 0) return undefined
  // Of a user in another workspace of an organization it cannot be told whether it is ours.
  return teams.includes(teamId) ? false : enterprise === undefined ? true : undefined
}
