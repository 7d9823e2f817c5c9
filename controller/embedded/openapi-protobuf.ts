import { isObject } from './json.js';
import {
  boolean,
  double,
  encodeMessage,
  type FieldEncoder,
  int64,
  message,
  named,
  repeated,
  type Shape,
  text,
  wrapped,
} from './protobuf.js';
import type { Json } from './resource-type.js';

/** A Swagger 2.0 document as `openapi.v2.Document` of github.com/google/gnostic, openapiv2/OpenAPIv2.proto; older kubectls read no other form. */
export function encodeOpenApiV2(document: Json): Uint8Array {
  return encodeMessage(document, documentShape);
}

/** gnostic keeps what has no fixed type as YAML text; JSON is YAML. */
const any: FieldEncoder = (value, number) => wrapped(2, text)(JSON.stringify(value), number);
const extensions = named(any);

const schema = message(() => schemaShape);
const schemaShape: Shape = {
  $ref: [1, text],
  format: [2, text],
  title: [3, text],
  description: [4, text],
  default: [5, any],
  multipleOf: [6, double],
  maximum: [7, double],
  exclusiveMaximum: [8, boolean],
  minimum: [9, double],
  exclusiveMinimum: [10, boolean],
  maxLength: [11, int64],
  minLength: [12, int64],
  pattern: [13, text],
  maxItems: [14, int64],
  minItems: [15, int64],
  uniqueItems: [16, boolean],
  maxProperties: [17, int64],
  minProperties: [18, int64],
  required: [19, repeated(text)],
  enum: [20, repeated(any)],
  additionalProperties: [
    21,
    (value, number) => wrapped(isObject(value) ? 1 : 2, isObject(value) ? schema : boolean)(value, number),
  ],
  type: [22, wrapped(1, repeated(text))],
  items: [23, wrapped(1, repeated(schema))],
  properties: [25, wrapped(1, named(schema))],
  'x-*': [31, extensions],
};

const queryParameter: Shape = {
  required: [1, boolean],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [6, text],
  uniqueItems: [20, boolean],
};
const pathParameter: Shape = {
  required: [1, boolean],
  in: [2, text],
  description: [3, text],
  name: [4, text],
  type: [5, text],
  uniqueItems: [19, boolean],
};
const bodyParameter: Shape = {
  description: [1, text],
  name: [2, text],
  in: [3, text],
  required: [4, boolean],
  schema: [5, schema],
};

/** ParametersItem { Parameter { BodyParameter | NonBodyParameter { query | path } } } */
const parameter: FieldEncoder = (value, number) => {
  const place = isObject(value) ? value.in : undefined;
  if (place === 'body')
    return wrapped(
      1,
      wrapped(
        1,
        message(() => bodyParameter),
      ),
    )(value, number);
  const [field, shape] = place === 'path' ? [4, pathParameter] : [3, queryParameter];
  return wrapped(
    1,
    wrapped(
      2,
      wrapped(
        field as number,
        message(() => shape as Shape),
      ),
    ),
  )(value, number);
};

const response: Shape = { description: [1, text], schema: [2, wrapped(1, schema)] };

const operationShape: Shape = {
  description: [3, text],
  operationId: [5, text],
  produces: [6, repeated(text)],
  consumes: [7, repeated(text)],
  parameters: [8, repeated(parameter)],
  responses: [
    9,
    wrapped(
      1,
      named(
        wrapped(
          1,
          message(() => response),
        ),
      ),
    ),
  ],
  'x-*': [13, extensions],
};
const operation = message(() => operationShape);

const pathItemShape: Shape = {
  get: [2, operation],
  put: [3, operation],
  post: [4, operation],
  delete: [5, operation],
  patch: [8, operation],
  parameters: [9, repeated(parameter)],
};

const documentShape: Shape = {
  swagger: [1, text],
  info: [2, message(() => ({ title: [1, text], version: [2, text] }))],
  paths: [8, wrapped(2, named(message(() => pathItemShape)))],
  definitions: [9, wrapped(1, named(schema))],
};
