import type { StatusCause } from './errors.js';
import type { Json, OpenApiSchema } from './resource-type.js';

export function validateSchema(_schema: OpenApiSchema, _value: Json): StatusCause[] {
  return [];
}
