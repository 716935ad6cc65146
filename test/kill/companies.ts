import { bamboohrSandbox, sandboxApiKey } from '@unioneyes/adapter-bamboohr/sandbox'
import { quickbooksSandbox, sandboxRealmId } from '@unioneyes/adapter-quickbooks/sandbox'
import type { QuickbooksSandboxOptions } from '@unioneyes/adapter-quickbooks/sandbox'
import { sandboxBotToken, sandboxTeamId, slackSandbox } from '@unioneyes/adapter-slack/sandbox'
import type { SlackSandboxOptions } from '@unioneyes/adapter-slack/sandbox'
import { openCompany } from './company.ts'
import type { CompanyPlan } from './company.ts'

/** How a company is read and committed. */
export interface Reading extends Pick<CompanyPlan<unknown, Record<string, never>>, 'entities' | 'gatherMs' | 'time'> {
  /** Records to a page of the provider, and to a commit. */
  readonly pageSize: number
}

/** A company at BambooHR. */
export function openBamboohr({ people, pageSize, ...reading }: Reading & { readonly people: number }) {
  return openCompany({
    ...reading,
    provider: 'bamboohr',
    recordsPerCommit: pageSize,
    sandbox: bamboohrSandbox({ people, seed: 7, departments: 4 }),
    connection: () => ({ credentials: { apiKey: sandboxApiKey }, settings: { subdomain: 'acme', pageSize } }),
  })
}

/** A company at QuickBooks. */
export function openQuickbooks({ pageSize, ...reading }: Reading, options: QuickbooksSandboxOptions) {
  return openCompany({
    ...reading,
    provider: 'quickbooks',
    recordsPerCommit: pageSize,
    // Tokens are renewed elsewhere: here days pass in seconds.
    sandbox: quickbooksSandbox({ ...options, oauth: { accessTokenMs: 30 * 86_400_000 } }),
    connection: ({ issueGrant }) => ({
      credentials: { accessToken: issueGrant().accessToken },
      settings: { realmId: sandboxRealmId, homeCurrency: 'CAD', pageSize },
    }),
  })
}

/** A workspace of Slack. */
export function openSlack({ pageSize, ...reading }: Reading, options: SlackSandboxOptions) {
  return openCompany({
    ...reading,
    provider: 'slack',
    recordsPerCommit: pageSize,
    sandbox: slackSandbox(options),
    connection: () => ({
      credentials: { accessToken: sandboxBotToken },
      // So that a copy is all that Slack has, and nothing else.
      settings: { teamId: sandboxTeamId, unseenChannels: 'delete', pageSize },
    }),
  })
}
