import type { AdapterCheckResult, AdapterCheckResults } from './run-adapter-checks.ts'
import { scoreOf } from './run-adapter-checks.ts'

/** The results of an adapter's checks in plain text: what was checked, what failed and what to do, what does not apply and why. */
export function formatReport(results: AdapterCheckResults): string {
  const { adapter, version, passed, failed, skipped } = scoreOf(results)
  const lines = [`${adapter} ${version}: ${passed} passed, ${failed} failed, ${skipped} do not apply`]
  for (const [subject, checks] of Map.groupBy(results.checks, ({ entity }) => entity ?? adapter)) {
    lines.push('', subject)
    const { passed: good = [], failed: bad = [], skipped: left = [] } = Object.groupBy(checks, ({ status }) => status)
    for (const check of bad) lines.push(...failure(check, subject))
    if (good.length > 0) lines.push(`  passed (${good.length}): ${good.map(({ hazard }) => hazard).join(', ')}`)
    for (const [reason, same] of Map.groupBy(left, (check) => check.reason ?? '')) {
      lines.push(
        `  does not apply (${same.length}): ${same.map(({ hazard }) => hazard).join(', ')}`,
        `    because ${reason}`,
      )
    }
  }
  return `${lines.join('\n')}\n`
}

function failure({ name, hazard, reason = '', remedy = '' }: AdapterCheckResult, subject: string): string[] {
  const what = name.startsWith(`${subject}: `) ? name.slice(subject.length + 2) : name
  const because = reason.split('\n').map((line) => `    ${line}`.trimEnd())
  return [`  FAILED ${hazard}: ${what}`, ...because, `    What to do: ${remedy}`]
}
