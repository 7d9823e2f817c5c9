const label = '[a-z0-9]([-a-z0-9]*[a-z0-9])?';
const labelPattern = new RegExp(`^${label}$`);
const subdomainPattern = new RegExp(`^${label}(\\.${label})*$`);
const qualifiedPattern = /^([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]$/;
const valuePattern = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;

const subdomainRule =
  "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an " +
  "alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const labelRule =
  "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric " +
  "character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const qualifiedRule =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character " +
  "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const valueRule =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

/** What is wrong with an object's name (RFC 1123 subdomain), or undefined. */
export function subdomainFault(name: string): string | undefined {
  if (name.length > 253) return 'must be no more than 253 characters';
  return subdomainPattern.test(name) ? undefined : subdomainRule;
}

/** What is wrong with a namespace's name (RFC 1123 label), or undefined. */
export function labelFault(name: string): string | undefined {
  if (name.length > 63) return 'must be no more than 63 characters';
  return labelPattern.test(name) ? undefined : labelRule;
}

/** What is wrong with a label or annotation key: an optional DNS prefix, a slash, a name of up to 63 characters. */
export function qualifiedNameFault(key: string): string | undefined {
  const [first = '', second, ...more] = key.split('/');
  if (more.length > 0) {
    return "a qualified name must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')";
  }
  if (second !== undefined) {
    if (first === '') return 'prefix part must be non-empty';
    const fault = subdomainFault(first);
    if (fault !== undefined) return `prefix part ${fault}`;
  }
  const name = second ?? first;
  if (name === '') return 'name part must be non-empty';
  if (name.length > 63) return 'name part must be no more than 63 characters';
  return qualifiedPattern.test(name) ? undefined : qualifiedRule;
}

/** What is wrong with a label's value, or undefined. */
export function labelValueFault(value: string): string | undefined {
  if (value.length > 63) return 'must be no more than 63 characters';
  return valuePattern.test(value) ? undefined : valueRule;
}
