import type { SandboxRequest, SandboxResponse } from '@unioneyes/testkit'
import { answer, refuse } from './answers.ts'
import type { Provider, Realm } from './company.ts'
import type { ObjectType } from './object-types.ts'

/** `GET /{type}/{id}` (sheet: Reading: query endpoint, "One object"). */
export function answerObject(
  request: SandboxRequest,
  provider: Provider,
  realm: Realm,
  type: ObjectType,
): SandboxResponse {
  const table = realm.tables[type]
  const { id = '' } = request.params
  const place = table.find(id)
  if (place === undefined) return notThere(request, provider, `${type} ${id}`)
  return answer(request, provider, { [type]: table.row(place) })
}

/** `GET /companyinfo/{realmId}` (sheet: Health / identity). */
export function answerCompanyInfo(request: SandboxRequest, provider: Provider, realm: Realm): SandboxResponse {
  if (request.params.id !== realm.realmId) return notThere(request, provider, 'CompanyInfo')
  return answer(request, provider, { CompanyInfo: realm.info() })
}

function notThere(request: SandboxRequest, provider: Provider, what: string): SandboxResponse {
  return refuse(request, provider, provider.options.notFoundStatus ?? 400, {
    code: '610',
    type: 'ValidationFault',
    message: 'Object Not Found',
    detail: `Object Not Found : ${what}`,
  })
}
