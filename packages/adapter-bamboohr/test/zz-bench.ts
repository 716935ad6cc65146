import { createCompany } from '../src/sandbox/company.ts'
import { allListFields, toListRow } from '../src/sandbox/list-employees.ts'
import { employeeRow, listFields, toEmployee } from '../src/employee-row.ts'
const c=createCompany({people:20000})
const want=new Set([...listFields,'employeeId','firstName','lastName','preferredName','jobTitleName','status','photoUrl'])
const fields=allListFields(c).filter(([n])=>want.has(n))
const rows=c.live().map(i=>JSON.parse(JSON.stringify(toListRow(i,fields,c))))
for(let r=0;r<5;r++){
 let t=performance.now(); for(const x of rows) employeeRow.safeParse(x); const a=performance.now()-t
 t=performance.now(); let n=0; for(const x of rows){ const p=employeeRow.safeParse(x); if(p.success) n+=Object.keys(toEmployee(p.data,x,{})).length } const m=performance.now()-t
 console.log('ours',(a/20).toFixed(2),'us  with map',(m/20).toFixed(2))
}
