import { cursorPages } from './cursor-pages.ts'
import { customPages } from './custom-pages.ts'
import { linkPages } from './link-pages.ts'
import { nextUrlPages } from './next-url-pages.ts'
import { numberPages } from './number-pages.ts'
import { offsetPages } from './offset-pages.ts'
import { singlePage } from './single-page.ts'

/** The ways a provider cuts a listing into pages. */
export const pages = {
  cursor: cursorPages,
  number: numberPages,
  offset: offsetPages,
  link: linkPages,
  next: nextUrlPages,
  single: singlePage,
  custom: customPages,
}
