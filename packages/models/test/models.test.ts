import { decimalString, hris, isoDate, isoDateTime, json, money } from '@unioneyes/models'
import type { Employee, Leave, Payroll, Position } from '@unioneyes/models'
import { describe, expect, expectTypeOf, test } from 'vitest'

const accepts = (schema: { safeParse(value: unknown): { success: boolean } }, value: unknown): boolean =>
  schema.safeParse(value).success

describe('shared parts', () => {
  test.each([
    [
      decimalString,
      ['0', '-0.005', '65000.00', '123456789012345678901234567890.1'],
      ['', '1e3', '1,000', '.5', '5.', '+1', ' 1', 1],
    ],
    [isoDate, ['2024-02-29', '0001-01-01'], ['2024-2-29', '24-02-29', '2024-02-29T00:00:00Z', '', 20240229]],
    [
      isoDateTime,
      ['2024-02-29T08:30:00Z', '2024-02-29T08:30:00.250+01:00', '2024-02-29T08:30-05:00'],
      ['2024-02-29', '2024-02-29T08:30:00', '2024-02-29 08:30:00Z', ''],
    ],
    [
      money,
      [{ amount: '1.50', currency: 'CAD' }],
      [{ amount: 1.5, currency: 'CAD' }, { amount: '1', currency: 'cad' }, { amount: '1' }],
    ],
    [
      json,
      [null, 'a', 1, true, [1, { a: [null] }], {}],
      [undefined, 1n, Number.NaN, () => 1, [Symbol('a')], { a: undefined }],
    ],
  ])('accept and refuse what they say', (schema, good, bad) => {
    expect(good.filter((value) => !accepts(schema, value))).toEqual([])
    expect(bad.filter((value) => accepts(schema, value))).toEqual([])
  })
})

const least: Employee = { id: '7', firstName: '', lastName: 'Söğüt', displayName: 'Söğüt', status: 'active' }

describe('an employee', () => {
  test('needs an id, names and a status, and nothing else', () => {
    expect(hris.employee.parse(least)).toEqual(least)
    for (const name of Object.keys(least)) {
      const { [name as keyof Employee]: _left, ...rest } = least
      expect(accepts(hris.employee, rest), name).toBe(false)
    }
    expect(accepts(hris.employee, { ...least, id: '' })).toBe(false)
  })

  test('leaves out what is not known: null is refused everywhere', () => {
    for (const name of Object.keys(hris.employee.shape)) {
      expect(accepts(hris.employee, { ...least, [name]: null }), name).toBe(false)
    }
  })

  test('keeps money as text and the organization’s own fields as they are', () => {
    const employee = {
      ...least,
      payRate: { amount: '32.50', currency: 'CAD' },
      unionMember: false,
      unionDuesEligible: true,
      restrictedFields: ['birthDate'],
      customFields: { shirtSize: 'XL', sizes: [1, null] },
    }
    expect(hris.employee.parse(employee)).toEqual(employee)
    expect(accepts(hris.employee, { ...least, payRate: 32.5 })).toBe(false)
    expect(accepts(hris.employee, { ...least, status: 'Active' })).toBe(false)
  })
})

test('a department needs an id, a name and whether it is in use', () => {
  const department = { id: '18', name: 'Assembly', active: true }
  expect(hris.department.parse(department)).toEqual(department)
  for (const name of Object.keys(hris.department.shape)) {
    expect(accepts(hris.department, { ...department, [name]: null }), name).toBe(false)
  }
})

const leastLeave: Leave = {
  id: '1659',
  employeeId: '12',
  status: 'approved',
  startDate: '2026-12-28',
  endDate: '2027-01-04',
}
const leastPayroll: Payroll = { id: '12/7', kind: 'compensation', employeeId: '12' }
const leastPosition: Position = { id: 'job/18184', kind: 'job' }

describe.each([
  ['a position', hris.position, leastPosition],
  ['a leave', hris.leave, leastLeave],
  ['a payroll record', hris.payroll, leastPayroll],
])('%s', (_, schema, least) => {
  test('needs what it cannot be understood without, and nothing else', () => {
    expect(schema.parse(least)).toEqual(least)
    for (const name of Object.keys(least)) {
      const rest = Object.fromEntries(Object.entries(least).filter(([key]) => key !== name))
      expect(accepts(schema, rest), name).toBe(false)
    }
    expect(accepts(schema, { ...least, id: '' })).toBe(false)
  })

  test('leaves out what is not known: null is refused everywhere', () => {
    for (const name of Object.keys(schema.shape)) expect(accepts(schema, { ...least, [name]: null }), name).toBe(false)
  })
})

test('a position is a job or an assignment, and nothing else', () => {
  expect(accepts(hris.position, { ...leastPosition, kind: 'seat' })).toBe(false)
  expect(accepts(hris.position, { ...leastPosition, effectiveDate: '01/02/2026' })).toBe(false)
  expectTypeOf<Position['kind']>().toEqualTypeOf<'job' | 'assignment'>()
})

test('leave counts in decimal text, by days without a time zone', () => {
  const leave: Leave = {
    ...leastLeave,
    unit: 'hours',
    amount: '37.50',
    days: [{ date: '2026-12-28', amount: '7.50' }],
    requestedOn: '2026-11-02',
    statusChangedOn: '2026-11-03',
  }
  expect(hris.leave.parse(leave)).toEqual(leave)
  expect(accepts(hris.leave, { ...leave, amount: 37.5 })).toBe(false)
  expect(accepts(hris.leave, { ...leave, days: [{ date: '2026-12-28', amount: '1e1' }] })).toBe(false)
  expect(accepts(hris.leave, { ...leave, statusChangedOn: '2026-11-03T10:00:00Z' })).toBe(false)
  expect(accepts(hris.leave, { ...leave, status: 'canceled' })).toBe(false)
})

test('pay is money, and never a number', () => {
  const rate = { amount: '65000.00', currency: 'CAD' }
  expect(hris.payroll.parse({ ...leastPayroll, rate, overtimeRate: rate })).toEqual({
    ...leastPayroll,
    rate,
    overtimeRate: rate,
  })
  expect(accepts(hris.payroll, { ...leastPayroll, rate: 65000 })).toBe(false)
  expectTypeOf<Payroll['kind']>().toEqualTypeOf<'compensation'>()
})
