export { department } from './department.ts'
export type { Department } from './department.ts'
export { employee } from './employee.ts'
export type { Employee } from './employee.ts'
