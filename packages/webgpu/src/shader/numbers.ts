/**
 * The numbers of a shader's geometry: constants where the spec has them, else read from the shape.
 */
import type { Geometry, ShaderSpec } from './spec.js'
import type { Lines } from './text.js'

/** The fields in the order in which the shape declares them. */
export const GEOMETRY_FIELDS: readonly (keyof Geometry)[] = [
  'columns',
  'rotated',
  'window',
  'windowSize',
  'step',
  'partner',
  'row',
  'sine',
]

function snakeCase(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}

/** An expression for a number of the geometry. */
export function number({ geometry }: ShaderSpec, field: keyof Geometry): string {
  const name = snakeCase(field)
  return geometry === null ? `shape.${name}` : name.toUpperCase()
}

/** The numbers that the shader of a spec needs. */
function neededBy({ apart, copies }: ShaderSpec): readonly (keyof Geometry)[] {
  return GEOMETRY_FIELDS.filter((field) => {
    if (field === 'step') return false
    if (field === 'partner') return apart
    return copies || (field !== 'rotated' && field !== 'windowSize')
  })
}

/** The geometry as constants; none when it is read. */
export function geometryConstants(spec: ShaderSpec): Lines {
  const { geometry } = spec
  if (geometry === null) return []
  return neededBy(spec).map((field) => `const ${number(spec, field)} = ${geometry[field]}u;`)
}

/** The geometry as fields of the shape; none when it is constant. */
export function geometryFields({ geometry }: ShaderSpec): Lines {
  return geometry === null ? GEOMETRY_FIELDS.map((field) => `${snakeCase(field)}: u32,`) : []
}
