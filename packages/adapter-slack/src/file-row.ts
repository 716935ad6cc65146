import type { CommunicationFile } from '@unioneyes/models'
import { z } from 'zod'
import { fromSeconds } from './time-marks.ts'
import { filled, flag, given, ids, number, text } from './wire-parts.ts'

/** A file of `files.list` or `files.info`. */
export const fileRow = z.object({
  id: z.string().min(1),
  created: number,
  updated: number,
  date_delete: number,
  name: text,
  title: text,
  mimetype: text,
  filetype: text,
  user: text,
  size: z.int().nonnegative().nullish(),
  mode: text,
  file_access: text,
  is_external: flag,
  external_type: text,
  is_public: flag,
  public_url_shared: flag,
  is_tombstoned: flag,
  url_private: text,
  url_private_download: text,
  permalink: text,
  channels: ids,
  groups: ids,
  ims: ids,
})

type FileRow = z.output<typeof fileRow>

/** What is about the one who asks, and not about the file. */
export const volatileOfFile: readonly string[] = ['is_starred', 'last_read', 'saved', 'media_progress']

/** The record of a file. */
export function toFile(row: FileRow) {
  const { channels, groups, ims } = row
  const status = statusOf(row)
  const external = row.is_external === true
  return {
    status,
    name: given(row.name),
    title: given(row.title),
    mimeType: given(row.mimetype),
    kind: given(row.filetype),
    // Slack writes 0 for what lies elsewhere.
    sizeBytes: external && row.size === 0 ? undefined : row.size,
    ownerId: given(row.user),
    channelIds: filled([channels ?? [], groups ?? [], ims ?? []].flat()),
    public: row.is_public,
    publicLink: row.public_url_shared,
    external: row.is_external,
    externalType: given(row.external_type),
    url: given(row.permalink),
    // What lies elsewhere is not given out by Slack's token.
    downloadUrl: external ? undefined : (given(row.url_private_download) ?? given(row.url_private)),
    createdAt: fromSeconds(row.created),
    updatedAt: fromSeconds(row.updated),
    deletedAt: status === 'deleted' ? fromSeconds(row.date_delete) : undefined,
  }
}

function statusOf({ mode, is_tombstoned, file_access }: FileRow): CommunicationFile['status'] {
  if (is_tombstoned === true || mode === 'tombstone') return 'deleted'
  if (mode === 'hidden_by_limit' || file_access === 'access_denied') return 'hidden'
  // Of another organization: only a question for the file itself shows more.
  if (file_access === 'check_file_info' || file_access === 'file_not_found') return 'unknown'
  return given(mode) === undefined ? 'unknown' : 'available'
}
