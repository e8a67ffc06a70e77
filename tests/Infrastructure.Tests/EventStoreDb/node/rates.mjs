// What the official client appends and reads in a second: node rates.mjs <connection string>
import { randomUUID } from 'node:crypto';
import { EventStoreDBClient, jsonEvent, NO_STREAM, START, excludeSystemEvents } from '@eventstore/db-client';

const writers = 64;
const client = EventStoreDBClient.connectionString(process.argv[2]);
const event = () => jsonEvent({ type: 'load.appended.v1', data: '1'.repeat(198), metadata: {} });
const say = (what, events, since) =>
  console.log(`${what.padEnd(34)} ${Math.round(events / ((performance.now() - since) / 1000)).toLocaleString('en-US').padStart(10)}`);

const append = async (each, batch) => {
  const since = performance.now();
  await Promise.all(Array.from({ length: writers }, async () => {
    const stream = `messages-${randomUUID()}`;
    for (let n = 0; n < each; n += 1) {
      await client.appendToStream(stream, Array.from({ length: batch }, event), {
        expectedRevision: n === 0 ? NO_STREAM : BigInt(n * batch - 1),
      });
    }
  }));
  return since;
};

await append(200, 1);
say(`official, ${writers} writers, 1 at once`, writers * 300, await append(300, 1));
say(`official, ${writers} writers, 100 at once`, writers * 20 * 100, await append(20, 100));

const since = performance.now();
let events = 0;
const subscription = client.subscribeToAll({ fromPosition: START, filter: excludeSystemEvents({ maxSearchWindow: 1000 }) });
await new Promise((resolve, reject) => {
  subscription.on('data', () => {
    events += 1;
  });
  subscription.once('caughtUp', resolve);
  subscription.on('error', reject);
});
say('official, all of the log', events, since);
await subscription.unsubscribe();
await client.dispose();
