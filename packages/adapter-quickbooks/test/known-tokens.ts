import type { SandboxDefinition } from '@unioneyes/testkit'
import type { Companies, QuickbooksActions } from '../src/sandbox.ts'

/** A sandbox that lets in access tokens that are known before it starts, with those of its own in their place. */
export function knowingTokens(
  definition: SandboxDefinition<Companies, QuickbooksActions>,
  tokens: readonly string[],
): SandboxDefinition<Companies, QuickbooksActions> {
  const own = new Map<string, string>()
  return {
    ...definition,
    createState() {
      const state = definition.createState()
      for (const token of tokens) own.set(token, state.tokens.actions.issueGrant().accessToken)
      return state
    },
    authenticate(request, state) {
      const [, given = ''] = (request.headers.authorization ?? '').split(' ')
      const token = own.get(given)
      const headers = token === undefined ? request.headers : { ...request.headers, authorization: `Bearer ${token}` }
      return definition.authenticate?.({ ...request, headers }, state)
    },
  }
}
