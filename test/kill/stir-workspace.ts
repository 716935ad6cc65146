import type { SlackActions, Wire } from '@unioneyes/adapter-slack/sandbox'
import type { Draw } from './draws.ts'

/** A workspace in which things happen. */
export interface Stirring {
  readonly actions: SlackActions
  readonly draw: Draw
  /** Ids of messages of which an incremental sync is not told everything that happened. */
  readonly untold: Set<string>
}

const DAY = 86_400_000
// An incremental sync reads thirty days again. What lies shortly before that may have left them when it comes.
const TOLD_DAYS = 28

/** Things happen in a workspace. @param days how old the messages may be that something happens to */
export function stirWorkspace(stirring: Stirring, times: number, days: number): void {
  const { actions, draw } = stirring
  // As far back as threads are read again in any case: what was said before must be remembered to be asked for.
  actions.advance(DAY)
  const channels = actions.readableChannelIds()
  for (let n = 0; n < times; n += 1) {
    actions.advance(1 + draw(5_000))
    const channel = draw.from(channels)
    const deed = draw(12)
    if (deed === 0) actions.addUser()
    else if (deed === 1) actions.changeUser(draw.from(actions.userIds()), { real_name: `Name ${String(draw(1000))}` })
    else if (deed === 2) actions.addFile(channel)
    else if (deed === 3) actions.setTopic(channel, `Topic ${String(draw(1000))}`)
    else if (deed === 4) actions.post(actions.createChannel())
    else if (deed < 7) actions.post(channel, { text: `Message ${String(draw(1000))}` })
    else stirMessage(stirring, channel, days)
  }
}

/** Something happens to a message that is at most so many days old. */
function stirMessage({ actions, draw, untold }: Stirring, channel: string, days: number): void {
  const oldest = actions.tsOf(actions.now() - days * DAY)
  const marks = actions.messageIds(channel).filter((ts) => ts > oldest)
  if (marks.length === 0) return
  const ts = draw.from(marks)
  const message = actions.message(channel, ts)
  if (message === undefined || message.subtype === 'tombstone') return
  const parent = parentOf(message)
  const deed = draw(5)
  const isOld = parent <= actions.tsOf(actions.now() - TOLD_DAYS * DAY)
  // A thread is only looked at again when something was said in it.
  const isInQuietThread = parent !== ts && deed > 1
  if (isOld || isInQuietThread) untold.add([channel, ...new Set([parent, ts])].join('/')).add(`${channel}/${parent}`)
  if (deed < 2) {
    const reply = actions.reply(channel, parent, { text: `Reply ${String(draw(1000))}` }, deed === 0)
    if (isOld) untold.add(`${channel}/${parent}/${reply}`)
  } else if (deed === 2) actions.edit(channel, ts, `Edited ${String(draw(1000))}`)
  else if (deed === 3) actions.react(channel, ts, 'wave')
  else actions.deleteMessage(channel, ts)
}

const parentOf = ({ ts, thread_ts: thread }: Wire): string => String(thread ?? ts)
