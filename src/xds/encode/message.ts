// Messages: compiles a type into a plan once, and writes and reads JSON by it.
import protobuf from 'protobufjs/minimal.js'
import {
  descriptor,
  type FieldDescriptor,
  type MessageDescriptor,
} from '../../../proto/descriptor.ts'
import { anyOf } from './any.ts'
import { type Body, isObject, kindOf, locate, type Reader, type Run, report } from './codec.ts'
import { type FieldCodec, fieldCodec } from './field.ts'
import { type FieldRules, fieldRules } from './rules.ts'
import { WELL_KNOWN } from './wellknown.ts'

type Field = Omit<FieldDescriptor, 'rules'> & FieldCodec & FieldRules

interface Plan {
  message: MessageDescriptor
  /** By both names of the field. */
  byKey: Map<string, Field>
  byNumber: Map<number, Field>
  /** Fields Envoy wants set. */
  required: Field[]
  /** Of these oneofs Envoy wants a field set; the text says so. */
  requiredOneofs: { index: number; text: string }[]
}

const bodies = new Map<string, Body>([
  ...Object.entries(WELL_KNOWN),
  ['google.protobuf.Any', anyOf(bodyOf)],
])

/** The compiled form of a message type; undefined for a name the descriptor does not have. */
export function bodyOf(name: string): Body | undefined {
  const known = bodies.get(name)
  if (known) return known
  const message = descriptor().message(name)
  if (!message) return undefined
  let plan: Plan | undefined
  const ready = () => {
    plan ??= planOf(message)
    return plan
  }
  const body: Body = {
    special: false,
    write: (run, value) => writeMessage(run, ready(), value),
    read: (reader, end) => readMessage(reader, end, ready()),
  }
  bodies.set(name, body)
  return body
}

/** Types refer to each other in circles, so a plan is made when its type is first written or read. */
function planOf(message: MessageDescriptor): Plan {
  const requiredOneofs = requirements(message)
  const plan: Plan = {
    message,
    byKey: new Map(),
    byNumber: new Map(),
    required: [],
    requiredOneofs,
  }
  for (const described of message.fields) {
    const { rules, ...rest } = described
    const field: Field = { ...rest, ...fieldCodec(described, bodyOf) }
    if (rules) Object.assign(field, fieldRules(described, decodeRules(rules)))
    if (field.required && field.oneof === undefined) plan.required.push(field)
    plan.byNumber.set(field.number, field)
    plan.byKey.set(field.jsonName, field).set(field.name, field)
  }
  return plan
}

function requirements(message: MessageDescriptor): Plan['requiredOneofs'] {
  return message.oneofs.flatMap(({ required }, index) => {
    const arms = message.fields.filter((field) => field.oneof === index && !field.deprecated)
    const text = `one of ${arms.map((field) => field.name).join(', ')} must be set`
    return required ? [{ index, text }] : []
  })
}

function decodeRules(bytes: Uint8Array): unknown {
  return bodyOf('validate.FieldRules')!.read(protobuf.Reader.create(bytes), bytes.length)
}

function writeMessage(run: Run, plan: Plan, value: unknown): void {
  if (!isObject(value)) {
    report(run, `expected an object, got ${kindOf(value)}`)
    return
  }
  const fields = fieldsOf(run, plan, value)
  for (const field of fields) {
    const before = run.errors.length
    const key = value[field.name] === undefined ? field.jsonName : field.name
    if (field.skip) writeUnchecked(run, field, value[key])
    else field.write(run, value[key])
    if (run.rules && run.errors.length === before) checkField(run, field, value[key])
    if (run.errors.length > before) locate(run, before, key)
  }
  if (run.rules) checkMissing(run, plan, fields)
}

function writeUnchecked(run: Run, field: Field, value: unknown): void {
  const { rules } = run
  run.rules = false
  field.write(run, value)
  run.rules = rules
}

function checkField(run: Run, field: Field, value: unknown): void {
  if (field.disallowed) report(run, 'Envoy refuses this deprecated field')
  field.check?.(run, value)
}

function checkMissing(run: Run, plan: Plan, fields: Field[]): void {
  for (const field of plan.required) {
    if (!fields.includes(field)) reportAt(run, field.name, field.required!)
  }
  for (const { index, text } of plan.requiredOneofs) {
    if (!fields.some((field) => field.oneof === index)) report(run, text)
  }
}

/** The fields that are set, by number, so that equal content gives equal bytes. */
function fieldsOf(run: Run, plan: Plan, value: Record<string, unknown>): Field[] {
  const fields: Field[] = []
  for (const key of Object.keys(value)) {
    const given = value[key]
    if (given === undefined) continue
    const field = plan.byKey.get(key)
    if (!field) unknownField(run, plan, key)
    else if (given !== null || field.takesNull) {
      if (field.oneof !== undefined) checkArm(run, plan, fields, field, key)
      if (!insert(fields, field)) reportAt(run, key, `given twice, also as ${field.name}`)
    }
  }
  return fields
}

/** False when the field is there already. A message has few fields set, mostly in order. */
function insert(fields: Field[], field: Field): boolean {
  let at = fields.length
  while (at > 0 && fields[at - 1]!.number > field.number) at--
  if (at > 0 && fields[at - 1] === field) return false
  fields.push(field)
  for (let index = fields.length - 1; index > at; index--) fields[index] = fields[index - 1]!
  fields[at] = field
  return true
}

function checkArm(run: Run, plan: Plan, fields: Field[], field: Field, key: string): void {
  const other = fields.find((set) => set.oneof === field.oneof && set !== field)
  if (!other) return
  const { name } = plan.message.oneofs[field.oneof!]!
  reportAt(run, key, `only one field of '${name}' can be set, and ${other.name} is set already`)
}

function reportAt(run: Run, key: string, text: string): void {
  const before = run.errors.length
  report(run, text)
  locate(run, before, key)
}

function unknownField(run: Run, plan: Plan, key: string): void {
  const close = plan.message.fields
    .map((field) => ({ name: field.name, distance: distance(field.name, key) }))
    .sort((a, b) => a.distance - b.distance)[0]
  const hint = close && close.distance <= 3 ? `; did you mean ${close.name}?` : ''
  reportAt(run, key, `${plan.message.name} has no such field${hint}`)
}

/** Levenshtein's edit distance. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const swap = row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(swap, row[j]! + 1, next[j - 1]! + 1))
    }
    row = next
  }
  return row[b.length]!
}

function readMessage(reader: Reader, end: number, plan: Plan): Record<string, unknown> {
  const json: Record<string, unknown> = {}
  while (reader.pos < end) {
    const tag = reader.uint32()
    const field = plan.byNumber.get(tag >>> 3)
    if (!field) {
      reader.skipType(tag & 7)
      continue
    }
    const value = field.read(reader, tag & 7, json[field.name])
    if (value === undefined) continue
    if (field.oneof !== undefined) {
      for (const arm of plan.message.fields) {
        if (arm.oneof === field.oneof && json[arm.name] !== undefined) delete json[arm.name]
      }
    }
    json[field.name] = value
  }
  return json
}
