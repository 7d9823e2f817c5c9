import { Type } from '@sinclair/typebox';
import { Conditions, integer, list, observedGeneration, text, time } from './fields.js';

export const ReleaseSourceStatus = Type.Object(
  {
    observedGeneration,
    lastFetchTime: Type.Optional(time('When the repository last answered with something new, or after a failure.')),
    lastHandledReconcileAt: Type.Optional(text('The value of towpath.dev/requestedAt that was last answered.')),
    commit: Type.Optional(
      Type.Object(
        {
          sha: text('Full commit id.'),
          short: text('The first 12 characters of it.'),
          author: text('Author.'),
          time: time('Commit time.'),
          subject: text('First line of the message.'),
        },
        { description: 'The commit that is in force.' },
      ),
    ),
    documents: Type.Optional(
      Type.Object(
        { valid: integer('Valid documents.'), invalid: integer('Invalid documents.') },
        { description: 'Documents found.' },
      ),
    ),
    errors: Type.Optional(
      list(
        Type.Object(
          {
            file: text('File.'),
            line: integer('Line, from 1.'),
            column: integer('Column, from 1.'),
            message: text('What is wrong.'),
          },
          { description: 'One error.' },
        ),
        'The first 20 errors in the documents.',
        { maxItems: 20 },
      ),
    ),
    environments: Type.Optional(integer('Environments that the repository names.')),
    webhook: Type.Optional(
      Type.Object(
        { receivedAt: text('When a replica that does not work took the last one, for the one that does; with milliseconds.') },
        { description: 'Webhooks that were taken by another replica than the one that works.' },
      ),
    ),
    forge: Type.Optional(
      Type.Object(
        {
          lastDelivered: Type.Optional(time('When it last took something.')),
          pullRequests: Type.Optional(integer('Open pull requests for the branch, when it was last asked.')),
          undelivered: Type.Optional(integer('Statuses and comments that wait to be delivered.')),
          problem: Type.Optional(text('Why something could not be delivered; it is tried again.')),
          open: Type.Optional(
            list(
              Type.Object(
                {
                  commit: text('Full commit id.'),
                  environments: list(text('Environment.'), 'The environments that it was told of as pending.', { maxItems: 20 }),
                },
                { description: 'A commit that was told to be under way.' },
              ),
              'Commits that are not done, as they were last told.',
              { maxItems: 20 },
            ),
          ),
        },
        { description: 'What the code host was told.' },
      ),
    ),
    sinks: Type.Optional(
      list(
        Type.Object(
          {
            name: text('Sink.'),
            lastDelivered: Type.Optional(time('When it last took a message.')),
            undelivered: Type.Optional(integer('Messages that wait for it.')),
            oldest: Type.Optional(time('When what waits longest happened.')),
            dropped: Type.Optional(integer('Messages that it did not get, since this was last 0: too old, or refused.')),
            problem: Type.Optional(text('What is wrong.')),
          },
          { description: 'How one sink stands.' },
        ),
        'How the sinks stand that were used.',
        { maxItems: 50 },
      ),
    ),
    conditions: Type.Optional(Conditions),
  },
  { description: 'What Towpath found.' },
);
