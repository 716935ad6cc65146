import { createBoard } from './board.ts'
import type { Board } from './board.ts'
import { cut, padded } from './text-width.ts'

/** Where the quickstart talks to its reader; with `--json` it talks to stderr, so that stdout carries the result alone. */
export interface Screen {
  readonly heading: (text: string) => void
  readonly line: (text?: string) => void
  /** Rows under each other: columns of numbers stand right, of words left. */
  readonly table: (rows: readonly (readonly Cell[])[]) => void
  /** Lines that change while something is under way. */
  readonly board: () => Board
}

/** What stands in a table; nothing for what there is not. */
export type Cell = string | number | undefined

// A cell of words is no longer than this.
const LONGEST = 48

/** A screen on a stream. */
export function createScreen(out: NodeJS.WriteStream): Screen {
  let step = 0
  const line = (text = ''): void => {
    out.write(`${text}\n`)
  }
  return {
    heading(text) {
      step += 1
      line()
      line(`${String(step)}. ${text}`)
    },
    line,
    table(rows) {
      const texts = rows.map((row) => row.map((cell) => cut(String(cell ?? '').replace(/\s+/gu, ' '), LONGEST)))
      const isNumber = (column: number): boolean => rows.some((row) => typeof row[column] === 'number')
      for (const row of texts) {
        const cells = row.map((cell, column) => padded(cell, columnOf(texts, column), isNumber(column)))
        const text = `   ${cells.join('  ')}`.trimEnd()
        line(out.isTTY ? cut(text, out.columns) : text)
      }
    },
    board: () => createBoard(out),
  }
}

const columnOf = (rows: readonly (readonly string[])[], column: number): string[] =>
  rows.map((row) => row[column] ?? '')
