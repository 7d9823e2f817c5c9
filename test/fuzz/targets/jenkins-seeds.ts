const parameters = [
  { name: 'ENVIRONMENT', value: 'qa' },
  { name: 'VERSION', value: '1.0.0' },
  { name: 'TOWPATH_RUN', value: 'shop.qa.1.aabbccdd' },
];
const actions = [{ parameters }, { causes: [{ userId: 'ada', userName: 'Ada', shortDescription: 'Started by Ada' }] }, {}];
const task = { name: 'deploy', fullName: 'platform/deploy', url: 'http://ci/job/platform/job/deploy/' };
const item = { _class: 'hudson.model.Queue$BlockedItem', id: 7, why: 'In the quiet period', stuck: false, task, actions };
const build = {
  number: 5,
  queueId: 7,
  building: true,
  result: null,
  timestamp: 1795330000000,
  duration: 0,
  estimatedDuration: 60000,
  executor: { progress: 40 },
  actions,
};
const job = {
  nextBuildNumber: 6,
  buildable: true,
  disabled: false,
  property: [
    {
      parameterDefinitions: ['ENVIRONMENT', 'VERSION', 'TOWPATH_RUN']
        .map((name) => ({ name, type: 'StringParameterDefinition' }))
        .concat([{ name: 'ENVIRONMENT', type: 'ChoiceParameterDefinition', choices: ['qa'] } as never]),
    },
  ],
};
const text = JSON.stringify;
const answer = (status: string, headers: string, body = '') => `HTTP/1.1 ${status}\r\n${headers}Connection: close\r\n\r\n${body}`;
const queue = text({ items: [item] });
const nothing = text({ items: [] });
const builds = text({ nextBuildNumber: 6, allBuilds: [build], builds: [build] });
const created = answer('201 Created', 'Location: http://ci/queue/item/7/\r\n');
const page = answer(
  '403 Forbidden',
  'X-Jenkins: 2\r\nContent-Type: text/html\r\nX-You-Are-Authenticated-As: a\r\nX-Required-Permission: hudson.model.Item.Build\r\n',
  '<title>no</title>',
);
const log = answer(
  '200 OK',
  'Content-Type: text/plain\r\nX-Text-Size: 20\r\n',
  'one\r\n\u001b[8mha:AAAA\u001b[0mtwo\n\u001b[31mthree\u001b[0m\n',
);

/** Questions and the answers to them, one after the other. */
export const jenkinsAnswers: readonly (readonly string[])[] = [
  ['p', text(job)],
  ['t', created, text(item), queue, nothing, builds],
  ['t', answer('303 See Other', 'Location: /queue/item/7\r\n'), text(item), queue],
  ['t', page],
  ['t', answer('500 Server Error', 'X-Jenkins: 2\r\n', 'Stacktrace: hudson.'), nothing, builds],
  ['l', queue, builds],
  ['l', nothing, text({ nextBuildNumber: 6, allBuilds: [] })],
  ['i', text(item)],
  [
    'i',
    text({
      ...item,
      _class: 'hudson.model.Queue$LeftItem',
      cancelled: false,
      executable: { number: 5, url: 'http://ci/job/platform/job/deploy/5/' },
    }),
  ],
  ['b', text(build)],
  ['b', text({ ...build, building: false, result: 'SUCCESS', duration: 1000 })],
  ['b', answer('404 Not Found', 'X-Jenkins: 2\r\nX-Jenkins-Session: aa\r\n')],
  ['b', answer('401 Unauthorized', 'WWW-Authenticate: Basic realm="Jenkins"\r\n'), answer('200 OK', 'X-Jenkins: 2\r\n')],
  ['h', builds],
  ['0', log, log],
  [
    '1',
    text(item),
    text({ _class: 'x', crumb: 'abc', crumbRequestField: 'Jenkins-Crumb' }),
    answer('204 No Content', ''),
    text({ ...item, cancelled: true }),
  ],
  [
    '2',
    text(build),
    text({ crumb: 'abc', crumbRequestField: 'Jenkins-Crumb' }),
    answer('302 Found', 'Location: http://ci/job/platform/job/deploy/5/\r\n'),
  ],
];

export const jenkinsWords = [
  'HTTP/1.1 ',
  'HTTP/1.1 100 Continue\r\n\r\n',
  '\r\n',
  '\r\n\r\n',
  '200 OK',
  '503 Service Unavailable',
  'X-Jenkins: 1\r\n',
  'X-Jenkins-Session: bb\r\n',
  'Content-Type: text/html\r\n',
  'Content-Length: 5\r\n',
  'Content-Length: -1\r\n',
  'Transfer-Encoding: chunked\r\n',
  'Content-Encoding: gzip\r\n',
  'Location: //evil/queue/item/1/\r\n',
  'Set-Cookie: JSESSIONID.a=b; Path=/\r\n',
  'X-Text-Size: 99999999999999999999\r\n',
  'Date: x\r\n',
  '<title>Starting Jenkins</title>',
  '"building":false',
  '"result":"SUCCESS"',
  '\u001b[8mha:',
  '\u001b[0m',
];
