/** What a name of an object in the cluster is (RFC 1123, a DNS subdomain). */
const subdomain = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;

/** `<product>.<version>`, the name of the Release; undefined for versions such as `1..2` or `1.0-` that give no name. Two versions can give the same. */
export function releaseName(product: string, version: string): string | undefined {
  const name = `${product}.${version.toLowerCase().replaceAll(/[+_]/g, '-')}`;
  return name.length <= 253 && subdomain.test(name) ? name : undefined;
}

/** The product of a Release, from its name: products have no dots in theirs. */
export const productOfRelease = (name: string): string => name.slice(0, Math.max(0, name.indexOf('.')));
