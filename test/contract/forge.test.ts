import { describe, expect, it } from 'vitest';
import { change, failureOf, sha, useForge, variants } from '../support/forge/variants.js';

const never = AbortSignal.timeout(3_600_000);

describe.each(variants)('the code host $dialect', (variant) => {
  const { kind, states } = variant;
  const scene = useForge(variant);

  const addOpen = (head: string, more: { isFork?: boolean; isOpen?: boolean; base?: string } = {}) => {
    const number = scene.host.state.pullRequests.length + 1;
    const one = {
      number,
      head,
      sha: String(number).repeat(40).slice(0, 40),
      base: 'main',
      title: `PR ${number}`,
      body: '',
      author: 'ann',
    };
    scene.host.state.pullRequests.push({ ...one, isOpen: true, isFork: false, ...more });
  };

  it('opens a pull change with its branches, title and text', async () => {
    const place = await scene.forge.openPullRequest(change, never);
    expect([place.number, new URL(place.url).pathname]).toEqual([1, expect.stringMatching(/\/1$/)]);
    expect(scene.host.state.pullRequests).toMatchObject([{ ...change, sha, author: 'towpath' }]);
  });

  it('returns the one that is open, unchanged, however often it is asked', async () => {
    const first = await scene.forge.openPullRequest(change, never);
    expect(await scene.forge.openPullRequest({ ...change, title: 'Another', body: 'Another' }, never)).toEqual(first);
    expect(scene.host.state.pullRequests).toMatchObject([{ title: change.title, body: change.body }]);
  });

  it('takes none of a copy of the project, of another base, or that is closed, for it', async () => {
    addOpen(change.head, { isFork: true });
    addOpen(change.head, { base: 'release' });
    addOpen(change.head, { isOpen: false });
    expect((await scene.forge.openPullRequest(change, never)).number).toBe(4);
  });

  it('finds the one whose answer was lost', async () => {
    scene.host.setFault({ kind: 'lost' }, { matches: ({ method }) => method === 'POST', times: 1 });
    expect((await scene.forge.openPullRequest(change, never)).number).toBe(1);
    expect(scene.host.state.pullRequests).toHaveLength(1);
  });

  it('says what the host says where it refuses', async () => {
    const error = await failureOf(scene.forge.openPullRequest({ ...change, head: 'nowhere' }, never));
    expect(error).toMatchObject({ name: 'ReconcileError', reason: expect.stringMatching(/^Forge(Refused|NotFound)$/) });
  });

  it('lists every open pull change over all pages, with whole commit ids', async () => {
    for (const head of ['a', 'b', 'c', 'd', 'e']) addOpen(head);
    addOpen('closed', { isOpen: false });
    const found = await scene.forge.pullRequests(never);
    expect(found.map(({ number, head, base, title }) => ({ number, head, base, title }))).toEqual(
      ['a', 'b', 'c', 'd', 'e'].map((ref, index) => ({
        number: index + 1,
        head: { ref, sha: String(index + 1).repeat(40) },
        base: { ref: 'main' },
        title: `PR ${index + 1}`,
      })),
    );
    expect(scene.host.seen.filter(({ path }) => path.includes('state=')).length).toBe(3);
  });

  const status = {
    sha,
    context: 'towpath/uat',
    state: 'pending',
    description: 'waits for soak',
    url: 'https://towpath.example/uat',
  } as const;
  const said = () => scene.host.state.statuses.filter(({ context }) => context === 'towpath/uat').map(({ state }) => state);

  it('sets a status, and writes nothing where it says this already', async () => {
    await scene.forge.setStatus(status, never);
    scene.host.forget();
    await scene.forge.setStatus(status, never);
    expect(scene.host.writes()).toEqual([]);
    expect(scene.host.state.statuses).toMatchObject([
      { sha, context: 'towpath/uat', state: states[0], description: 'waits for soak', url: status.url },
    ]);
  });

  it('goes from one state to the next, back again, and on', async () => {
    for (const state of ['pending', 'success', 'failure', 'pending', 'success', 'error'] as const)
      await scene.forge.setStatus({ ...status, state }, never);
    expect(said().at(-1)).toBe(kind === 'github' || kind === 'gitea' ? 'error' : states[2]);
  });

  it('keeps the statuses of many contexts apart', async () => {
    const contexts = ['one', 'two', 'three', 'four', 'five'].map((name) => `towpath/${name}`);
    for (const context of contexts) await scene.forge.setStatus({ ...status, context, state: 'success' }, never);
    scene.host.forget();
    for (const context of contexts) await scene.forge.setStatus({ ...status, context, state: 'success' }, never);
    expect([scene.host.writes(), scene.host.state.statuses.map(({ context }) => context)]).toEqual([[], contexts]);
  });

  it('cuts a long description to one line that the host takes', async () => {
    const description = `waits\nfor ${'soak '.repeat(200)}`;
    await scene.forge.setStatus({ ...status, state: 'success', description }, never);
    scene.host.forget();
    await scene.forge.setStatus({ ...status, state: 'success', description }, never);
    const [stored] = scene.host.state.statuses;
    expect([scene.host.writes(), stored?.description.startsWith('waits for soak'), stored?.description.endsWith('…')]).toEqual([
      [],
      true,
      true,
    ]);
  });

  it('sets a status without an address', async () => {
    const { url: _, ...bare } = status;
    await scene.forge.setStatus(bare, never);
    scene.host.forget();
    await scene.forge.setStatus(bare, never);
    expect([scene.host.writes(), said()]).toEqual([[], [states[0]]]);
  });

  const marked = { pullRequest: 1, marker: 'towpath:plan', body: '## Plan\n\nThis changes uat.' };
  const comments = () => scene.host.state.comments.filter(({ isDeleted }) => !isDeleted);

  it('writes one comment, edits it in place, and writes nothing where it says this already', async () => {
    addOpen('a');
    await scene.forge.putComment(marked, never);
    await scene.forge.putComment({ ...marked, body: 'Now it changes nothing.' }, never);
    scene.host.forget();
    await scene.forge.putComment({ ...marked, body: 'Now it changes nothing.' }, never);
    expect(scene.host.writes()).toEqual([]);
    expect(comments()).toMatchObject([{ author: 'towpath', body: expect.stringContaining('towpath:plan') }]);
    expect(comments()[0]?.body).toMatch(/Now it changes nothing\.$/);
  });

  it('finds its comment among many, over all pages', async () => {
    addOpen('a');
    for (let index = 0; index < 5; index += 1)
      scene.host.state.comments.push({
        id: scene.host.state.nextId(),
        pullRequest: 1,
        author: 'ann',
        body: `talk ${index}`,
        version: 0,
        isDeleted: false,
      });
    await scene.forge.putComment(marked, never);
    await scene.forge.putComment({ ...marked, body: 'Edited' }, never);
    expect(comments().map(({ author }) => author)).toEqual([...Array(5).fill('ann'), 'towpath']);
  });

  it('reduces several to the first', async () => {
    addOpen('a');
    await scene.forge.putComment(marked, never);
    const [first] = scene.host.state.comments;
    for (let copy = 0; copy < 2; copy += 1)
      scene.host.state.comments.push({ ...(first as (typeof scene.host.state.comments)[number]), id: scene.host.state.nextId() });
    await scene.forge.putComment({ ...marked, body: 'Edited' }, never);
    expect(comments()).toMatchObject([{ id: first?.id, body: expect.stringMatching(/Edited$/) }]);
  });

  it('touches no comment of others that carries the marker, and none of another marker', async () => {
    addOpen('a');
    await scene.forge.putComment({ ...marked, marker: 'towpath:planned' }, never);
    const forged = { id: 1, pullRequest: 1, author: 'mallory', version: 0, isDeleted: false };
    const body = (scene.host.state.comments[0]?.body ?? '')
      .replace('towpath:planned', 'towpath:plan')
      .replace('This changes uat', 'All is well');
    scene.host.state.comments.push({ ...forged, body });
    await scene.forge.putComment(marked, never);
    await scene.forge.putComment({ ...marked, body: 'Edited' }, never);
    expect(comments().map(({ author, body: written }) => [author, written.split('\n').at(-1)])).toEqual([
      ['towpath', 'This changes uat.'],
      ['mallory', 'All is well.'],
      ['towpath', 'Edited'],
    ]);
  });

  it('cuts a comment that is longer than the host takes, and knows it again', async () => {
    addOpen('a');
    const body = `\`\`\`\n${'line of a diff\n'.repeat(100_000)}\`\`\``;
    await scene.forge.putComment({ ...marked, body }, never);
    scene.host.forget();
    await scene.forge.putComment({ ...marked, body }, never);
    expect(scene.host.writes()).toEqual([]);
    expect(comments()[0]?.body).toMatch(/\n```\n\n… \(cut: it is longer than fits here\)$/);
  });

  it('refuses a marker that could end its own comment', async () => {
    expect(await failureOf(scene.forge.putComment({ ...marked, marker: 'x --> <b>' }, never))).toMatchObject({
      reason: 'ForgeRefused',
      retry: 'never',
    });
    expect(scene.host.seen).toEqual([]);
  });

  it('says more of a status that is open, as far as the host lets it', async () => {
    for (const description of ['waits for soak', 'waits for a sign-off', 'waits for a window'])
      await scene.forge.setStatus({ ...status, description }, never);
    const [first] = scene.host.state.statuses;
    const newest = scene.host.state.statuses.at(-1);
    // GitLab changes the description of an open status with its state alone, and there are two: it keeps the second.
    const wanted = kind === 'gitlab' ? ['running', 'waits for a sign-off'] : [states[0], 'waits for a window'];
    expect([newest?.state, newest?.description]).toEqual(wanted);
    await scene.forge.setStatus({ ...status, state: 'success', description: 'verified' }, never);
    expect(scene.host.state.statuses.at(-1)).toMatchObject({ state: states[1], description: 'verified' });
    expect(first?.context).toBe('towpath/uat');
  });

  it('tells contexts apart however long they are', async () => {
    const contexts = ['one', 'two'].map((end) => `towpath/production-of-a-client-with-a-long-name/${end}`);
    for (const context of contexts) await scene.forge.setStatus({ ...status, context, state: 'success' }, never);
    expect(new Set(scene.host.state.statuses.map(({ context }) => context)).size).toBe(2);
  });

  it('edits its comment as often as there is something new', async () => {
    addOpen('a');
    for (const body of ['One', 'Two', 'Three', 'Four']) await scene.forge.putComment({ ...marked, body }, never);
    expect(comments().map(({ body }) => body.split('\n').at(-1))).toEqual(['Four']);
  });

  it('writes it anew where somebody has deleted it, and asks for nothing else', async () => {
    addOpen('a');
    await scene.forge.putComment(marked, never);
    await scene.forge.putComment({ ...marked, body: 'Edited' }, never);
    for (const comment of scene.host.state.comments) comment.isDeleted = true;
    scene.host.forget();
    await scene.forge.putComment(marked, never);
    expect(scene.host.writes().map((write) => write.split(' ')[0])).toEqual(['POST']);
    expect(comments()).toHaveLength(1);
  });
});

describe('a code host that does not filter', () => {
  const scene = useForge({ dialect: 'github', kind: 'github', project: 'acme/releases', states: ['', '', ''] });

  it('gives the pull request of nobody else', async () => {
    const other = (ref: string, base: string) => ({
      number: 7,
      html_url: 'https://github.com/acme/releases/pull/7',
      head: { ref },
      base: { ref: base },
    });
    const reply = { status: 200, body: [other('another', 'main'), other(change.head, 'release')] };
    scene.host.setFault({ kind: 'reply', reply }, { matches: ({ method }) => method === 'GET' });
    expect((await scene.forge.openPullRequest(change, never)).number).toBe(1);
  });
});
