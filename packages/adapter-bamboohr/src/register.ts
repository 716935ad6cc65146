import { register } from '@unioneyes/core'
import { bamboohr } from './index.ts'

register(bamboohr)

declare module '@unioneyes/core' {
  interface AdapterMap {
    bamboohr: typeof bamboohr
  }
}
