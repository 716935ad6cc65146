import { cut } from './text-width.ts'

/** Lines that change while something is under way, each with a name: in place on a terminal, now and then elsewhere. */
export interface Board {
  readonly show: (name: string, text: string) => void
  /** Leaves the lines as they are. */
  readonly end: () => void
}

// Where lines cannot be changed, each is written again no sooner.
const QUIET_MS = 1000

/** A board at the end of what was written so far. Nothing else may be written before it ends. */
export const createBoard = (out: NodeJS.WriteStream): Board => (out.isTTY ? boardInPlace(out) : boardInLines(out))

function boardInPlace(out: NodeJS.WriteStream): Board {
  const lines = new Map<string, string>()
  return {
    show(name, text) {
      const up = lines.size === 0 ? '' : `\u001b[${String(lines.size)}A`
      lines.set(name, text)
      // A line that wraps would not be found again.
      const all = [...lines.values()].map((line) => `\r\u001b[2K${cut(line, out.columns - 1)}\n`)
      out.write(up + all.join(''))
    },
    end: () => undefined,
  }
}

function boardInLines(out: NodeJS.WriteStream): Board {
  const lines = new Map<string, { text: string; written: string; at: number }>()
  return {
    show(name, text) {
      const now = performance.now()
      const line = lines.get(name) ?? { text, written: '', at: now }
      line.text = text
      lines.set(name, line)
      if (now - line.at < QUIET_MS) return
      out.write(`${text}\n`)
      Object.assign(line, { written: text, at: now })
    },
    end() {
      for (const { text, written } of lines.values()) if (text !== written) out.write(`${text}\n`)
      lines.clear()
    },
  }
}
