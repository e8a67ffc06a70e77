// What the official client sees of a server: node client.mjs <connection string> <stream>. One JSON line at the end.
import {
  EventStoreDBClient, jsonEvent, NO_STREAM, END, StreamNotFoundError, WrongExpectedVersionError, excludeSystemEvents,
} from '@eventstore/db-client';

const [connection, stream] = process.argv.slice(2);
const client = EventStoreDBClient.connectionString(connection);
const event = (n) => jsonEvent({ type: 'node.happened.v1', data: { n }, metadata: { actor: 'node' } });
const failure = async (action, kind) => {
  try {
    await action();
  } catch (error) {
    if (error instanceof kind) {
      return error;
    }
    throw error;
  }
  throw new Error(`no ${kind.name}`);
};
const read = async (name, options) => {
  const events = [];
  for await (const { event: { revision, type, data, metadata, id, isJson } } of client.readStream(name, options)) {
    events.push({ revision: Number(revision), type, data, metadata, id, isJson });
  }
  return events;
};

const seen = { events: [] };
const subscription = client.subscribeToAll({ fromPosition: END, filter: excludeSystemEvents() });
const caughtUp = new Promise((resolve) => {
  subscription.once('caughtUp', resolve);
});
const lastSeen = new Promise((resolve, reject) => {
  subscription.on('error', reject);
  subscription.on('data', ({ event: { streamId, data } }) => {
    if (streamId === stream) {
      seen.events.push(data.n);
      if (data.n === 4) {
        resolve();
      }
    }
  });
});
await caughtUp;

const absent = await failure(() => read(`${stream}-absent`), StreamNotFoundError);
const first = [event(0), event(1), event(2)];
const appended = await client.appendToStream(stream, first, { expectedRevision: NO_STREAM });
const again = await client.appendToStream(stream, first, { expectedRevision: NO_STREAM });
const wrong = await failure(() => client.appendToStream(stream, event(9), { expectedRevision: NO_STREAM }), WrongExpectedVersionError);
const stale = await failure(() => client.appendToStream(stream, event(9), { expectedRevision: 7n }), WrongExpectedVersionError);
await client.appendToStream(stream, event(3), { expectedRevision: 2n });
const any = await client.appendToStream(stream, event(4));
const plain = await client.appendToStream(`${stream}-plain`, event(0), { expectedRevision: NO_STREAM, credentials: { username: 'a', password: 'b' } });
const plainWrong = await failure(
  () => client.appendToStream(`${stream}-plain`, event(0), { expectedRevision: 5n, credentials: { username: 'a', password: 'b' } }),
  WrongExpectedVersionError);
await lastSeen;
await subscription.unsubscribe();
await client.setStreamMetadata(stream, { maxAge: 3600, custom: 'kept' });
const { metadata } = await client.getStreamMetadata(stream);

console.log(JSON.stringify({
  absent: absent.streamName,
  appended: { success: appended.success, revision: Number(appended.nextExpectedRevision), position: Number(appended.position.commit) },
  again: { success: again.success, revision: Number(again.nextExpectedRevision) },
  wrong: { actual: Number(wrong.actualVersion), expected: String(wrong.expectedVersion) },
  stale: { actual: Number(stale.actualVersion), expected: Number(stale.expectedVersion) },
  any: Number(any.nextExpectedRevision),
  plain: { success: plain.success, revision: Number(plain.nextExpectedRevision) },
  plainWrong: { actual: Number(plainWrong.actualVersion), expected: Number(plainWrong.expectedVersion) },
  ids: first.map(({ id }) => id),
  read: await read(stream),
  backwards: (await read(stream, { direction: 'backwards', fromRevision: 'end', maxCount: 2 })).map(({ data }) => data.n),
  subscribed: seen.events,
  metadata,
}));
await client.dispose();
