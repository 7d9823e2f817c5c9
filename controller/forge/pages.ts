import { attempt } from '../core/attempt.js';
import type { ForgeAnswer, ForgeCall, ForgeHttp } from './http.js';
import { at, listAt, numberAt, textAt } from './json.js';

/** Rather an error than a pass without end. */
const mostPages = 200;

/** What the next page is asked for with: parameters of the query that replace those before. */
export type NextPage = (answer: ForgeAnswer) => URLSearchParams | undefined;

interface Listing {
  readonly call: ForgeCall;
  readonly next: NextPage;
  /** Where the items stand in the answer. */
  readonly items?: readonly string[];
}

/**
 * Every item of a list. Of the address of a next page only the parameters are taken: the request goes where the first one went, so that
 * credentials stay in place whatever a host (or a proxy before it) believes its name to be.
 */
export async function readPages(http: ForgeHttp, { call, next, items = [] }: Listing, signal: AbortSignal): Promise<unknown[]> {
  const [path = '', query = ''] = call.path.split('?');
  const found: unknown[] = [];
  let parameters = new URLSearchParams(query);
  for (let page = 0; page < mostPages; page += 1) {
    const answer = await http.call({ ...call, path: `${path}?${parameters}` }, signal);
    const list = listAt(answer.body, ...items);
    if (list === undefined) throw http.odd('something that is no list');
    found.push(...list);
    const more = next(answer);
    if (more === undefined) return found;
    const following = new URLSearchParams([...new Map([...parameters, ...more])]);
    if (following.toString() === parameters.toString()) throw http.odd('a list whose next page is the same again');
    parameters = following;
  }
  throw http.odd(`a list of more than ${mostPages} pages`);
}

/** RFC 8288, as GitHub, GitLab and Gitea write it. */
export const byLink: NextPage = ({ headers }) => {
  const link = (headers.link ?? '').split(/,\s*(?=<)/).find((one) => /;\s*rel="?next"?/.test(one));
  return parametersOf(/^\s*<([^>]*)>/.exec(link ?? '')?.[1]);
};

/** Bitbucket Cloud: the address of the next page. https://developer.atlassian.com/cloud/bitbucket/rest/intro/#pagination */
export const byNext: NextPage = ({ body }) => parametersOf(textAt(body, 'next'));

/** Bitbucket Data Center: where the next page begins. */
export const byStart: NextPage = ({ body }) => {
  const start = numberAt(body, 'nextPageStart');
  return at(body, 'isLastPage') !== false || start === undefined ? undefined : new URLSearchParams({ start: String(start) });
};

function parametersOf(address: string | undefined): URLSearchParams | undefined {
  const url = address === undefined ? undefined : attempt(() => new URL(address, 'https://host.invalid'));
  return url === undefined || url.searchParams.size === 0 ? undefined : url.searchParams;
}
