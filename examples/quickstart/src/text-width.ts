const segmenter = new Intl.Segmenter()
const wide = /\p{Script=Han}|\p{Script=Hangul}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Emoji_Presentation}/u

const charactersOf = (text: string): string[] => [...segmenter.segment(text)].map(({ segment }) => segment)

/** How many columns a text takes on a terminal. */
export const widthOf = (text: string): number =>
  charactersOf(text).reduce((sum, character) => sum + (wide.test(character) ? 2 : 1), 0)

/** A text of at most so many columns. */
export function cut(text: string, longest: number): string {
  if (widthOf(text) <= longest) return text
  let kept = ''
  for (const character of charactersOf(text)) {
    if (widthOf(kept + character) >= longest) break
    kept += character
  }
  return `${kept}…`
}

/** A text with as many spaces as the widest of its column needs. */
export function padded(text: string, column: readonly string[], isRight: boolean): string {
  const space = ' '.repeat(Math.max(...column.map(widthOf)) - widthOf(text))
  return isRight ? space + text : text + space
}
