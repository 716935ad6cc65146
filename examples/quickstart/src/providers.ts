import type { Provider } from './provider.ts'
import { bamboohrProvider } from './providers/bamboohr.ts'
import { quickbooksProvider } from './providers/quickbooks.ts'
import { slackProvider } from './providers/slack.ts'

/** The providers of the quickstart. @param people how many work at the company of the first one's sandbox */
export const toProviders = (people = 3000): readonly Provider[] => [
  bamboohrProvider(people),
  quickbooksProvider,
  slackProvider,
]
