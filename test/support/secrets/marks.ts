import { randomBytes } from 'node:crypto';

/** A secret that is found wherever it is, in whatever form: 128 random bits, with signs around them that URLs and base64 change. */
export interface Mark {
  readonly name: string;
  readonly value: string;
  readonly core: string;
}

function mark(name: string): Mark {
  const core = randomBytes(16).toString('hex');
  return { name, core, value: `k+/${core}%=` };
}

/** As it is (in URLs as well), in base64 at each of the three offsets, and in hexadecimal digits. */
function formsOf({ core }: Mark): string[] {
  const shifted = [0, 1, 2].map((offset) => {
    const encoded = Buffer.from(`${'x'.repeat(offset)}${core}`).toString('base64');
    return encoded.slice(offset === 0 ? 0 : 4, -4);
  });
  return [
    core,
    Buffer.from(core).toString('hex'),
    ...shifted,
    ...shifted.map((form) => form.replaceAll('+', '-').replaceAll('/', '_')),
  ];
}

/** The names of the secrets that the text holds, in whatever form. */
export const leaksIn = (text: string, marks: readonly Mark[]) =>
  marks.filter((each) => formsOf(each).some((form) => text.includes(form))).map(({ name }) => name);

export const marks = {
  gitPassword: mark('git password'),
  gitToken: mark('git token'),
  gitWrong: mark('wrong git password'),
  gitUrl: mark('password in the address of the repository'),
  gitBroken: mark('git token with a line break'),
  gitCa: mark('ca.crt that is none'),
  jenkinsToken: mark('Jenkins token'),
  jenkinsPassword: mark('Jenkins password'),
  jenkinsWrong: mark('wrong Jenkins token'),
  jenkinsCa: mark('ca.crt of Jenkins that is none'),
  jenkinsUrl: mark('password in the address of Jenkins'),
  s3Key: mark('S3 access key'),
  s3Secret: mark('S3 secret key'),
  s3Session: mark('S3 session token'),
  claimEnd: mark('what stands in a claim'),
  s3Ca: mark('ca.crt of the bucket that is none'),
  s3Wrong: mark('half of S3 credentials'),
};
const elsewhere: readonly Mark[] = [marks.gitUrl, marks.jenkinsUrl, marks.claimEnd];
/** All of those that stand in Secrets: the others a person has put where they do not belong. */
export const inSecrets = Object.values(marks).filter((each) => !elsewhere.includes(each));
export const all = Object.values(marks);
