import { register } from '@unioneyes/core'
import { quickbooks } from './index.ts'

register(quickbooks)

declare module '@unioneyes/core' {
  interface AdapterMap {
    quickbooks: typeof quickbooks
  }
}
