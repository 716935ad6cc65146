import { adapterChecks } from '../../src/index.ts'
import { test } from 'vitest'
import { acmeAdapter, AcmeIntegration } from './acme-adapter.ts'
import { acmeSubject } from './acme-subject.ts'

const subject = acmeSubject(
  acmeAdapter(() => new AcmeIntegration()),
  ['people', 'teams'],
)

for (const check of adapterChecks(subject)) test(check.name, check.run)
