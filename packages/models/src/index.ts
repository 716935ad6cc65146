/** People and how an employer organizes them. */
export * as hris from './hris/index.ts'
export type { Department, Employee, Leave, Payroll, Position } from './hris/index.ts'
export * from './iso-date.ts'
export * from './json.ts'
export * from './money.ts'
