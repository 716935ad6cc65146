import assert from 'node:assert/strict'
import type { AdapterCheckBody, Stage } from './adapter-check.ts'
import { hasField, hasText, textField } from './applicability.ts'
import { assertArrived } from './expectations.ts'
import { valueAt, withValueAt } from './place.ts'
import type { Reading } from './reading.ts'
import type { Scene } from './scene.ts'

/** What becomes of records when the provider's fields are no longer what they were. */
export const fieldDriftChecks: readonly AdapterCheckBody[] = [
  {
    hazard: 'field-missing',
    name: 'a field that is missing leaves the record without it',
    remedy: 'Treat what may be absent as optional in the wire schema and in the mapping.',
    unless: hasField('text'),
    run: async (stage) => assertAbsent(stage, await withFirstField(stage, undefined)),
  },
  {
    hazard: 'field-null',
    name: 'a field that is null leaves the record without it',
    remedy: 'Treat null as absent; never write it as text.',
    unless: hasField('text'),
    run: async (stage) => assertAbsent(stage, await withFirstField(stage, null)),
  },
  {
    hazard: 'field-new',
    name: 'a field nobody knows is no error',
    remedy: 'Let the wire schema ignore what it does not name.',
    async run({ open }) {
      const scene = await open()
      scene.wire.items({ from: 1 }, (items) =>
        items.map((item) => withValueAt(item, 'addedYesterday', { by: ['them'] })),
      )
      const reading = await scene.attempt()
      scene.wire.assertMet()
      assertArrived(reading, scene.ids(), 'with a field that nobody knows')
    },
  },
  {
    hazard: 'field-type',
    name: 'a field of another type makes that record invalid, by its id, and no other',
    remedy:
      'Give items as `rows` and validate each on its own: a bad one is `kind: "invalid"`, never dropped, never forced into text.',
    unless: hasText,
    async run(stage) {
      const { scene, reading, id } = await withFirstField(stage, { was: ['text'] })
      assertArrived(reading, others(scene, id), 'beside a record with a field of another type')
      const found = reading.invalid.find((row) => row.id === id)
      assert.ok(found, `The record "${id}", whose text became an object, is not told apart as invalid by its id.`)
      assert.ok(found.issues.length > 0, 'The invalid record gives no reason.')
    },
  },
  {
    hazard: 'no-id',
    name: 'an item without an identifier is told, not dropped',
    remedy: 'Give the row with `id: undefined`, so that the listing counts as incomplete.',
    async run({ place, idOf, open }) {
      const scene = await open()
      const { id, reading } = await changeFirst(scene, idOf, (item) => withValueAt(item, place, undefined))
      assertArrived(reading, others(scene, id), 'beside an item without an identifier')
      const told = reading.error !== undefined || reading.invalid.some((row) => row.id === undefined)
      assert.ok(told, 'An item without an identifier was dropped without a word.')
    },
  },
]

interface Changed {
  readonly scene: Scene
  readonly reading: Reading
  /** Whose item was changed. */
  readonly id: string
}

async function withFirstField({ idOf, fields, open }: Stage, value: unknown): Promise<Changed> {
  const scene = await open()
  return changeFirst(scene, idOf, (item) => withValueAt(item, textField(fields)?.wire ?? '', value))
}

/** Reads with the first item of the first page changed. */
export async function changeFirst(
  scene: Scene,
  idOf: Stage['idOf'],
  change: (item: unknown) => unknown,
): Promise<Changed> {
  let id = ''
  scene.wire.items(1, ([first, ...rest]) => {
    id = idOf(first)
    return [change(first), ...rest]
  })
  const reading = await scene.attempt()
  scene.wire.assertMet()
  return { scene, reading, id }
}

const others = (scene: Scene, id: string): string[] => scene.ids().filter((other) => other !== id)

function assertAbsent({ fields }: Stage, { scene, reading, id }: Changed): void {
  assertArrived(reading, scene.ids(), 'when a field of one record was absent')
  const value = valueAt(reading.records.get(id), fields.text?.record ?? '')
  const absent = value === undefined || value === null || value === ''
  assert.ok(absent, `The record "${id}" shows ${JSON.stringify(value)} for a field that the provider left out.`)
}
