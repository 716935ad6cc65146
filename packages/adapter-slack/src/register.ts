import { register } from '@unioneyes/core'
import { slack } from './index.ts'

register(slack)

declare module '@unioneyes/core' {
  interface AdapterMap {
    slack: typeof slack
  }
}
