import { adapterChecks } from '@unioneyes/testkit'
import { test } from 'vitest'
import { subject } from './check-subject.ts'

for (const check of adapterChecks(subject)) test(check.name, check.run)
