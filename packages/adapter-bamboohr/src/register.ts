import { IntegrationRegistry } from '@unioneyes/core'
import { bamboohr } from './index.ts'

IntegrationRegistry.getInstance().register(bamboohr)

declare module '@unioneyes/core' {
  interface AdapterMap {
    bamboohr: typeof bamboohr
  }
}
