// What the official client appends and reads in a second: node rates.mjs <connection string>. It takes a command a line and answers
// each with a line of JSON; AdapterClient.cs of tests/Load does the same with ours.
import { randomUUID } from 'node:crypto';
import { createInterface } from 'node:readline';
import { EventStoreDBClient, jsonEvent, NO_STREAM, START, excludeSystemEvents } from '@eventstore/db-client';

const client = EventStoreDBClient.connectionString(process.argv[2]);
const event = () => jsonEvent({ type: 'load.appended.v1', data: '1'.repeat(198), metadata: {} });

const write = async (batch, until) => {
  const stream = `messages-${randomUUID()}`;
  let count = 0;
  while (performance.now() < until) {
    await client.appendToStream(stream, Array.from({ length: batch }, event), {
      expectedRevision: count === 0 ? NO_STREAM : BigInt(count - 1),
    });
    count += batch;
  }
  return count;
};

// A stream of data events, which is the fastest that the client has: no promise for each.
const take = (source, most) => new Promise((resolve, reject) => {
  let count = 0;
  source.on('data', ({ event: { type } }) => {
    count += type.startsWith('$') ? 0 : 1;
    if (count === most) {
      resolve(count);
    }
  });
  source.once('caughtUp', () => resolve(count));
  source.once('end', () => resolve(count));
  source.on('error', reject);
});

const commands = {
  async append(writers, batch, seconds) {
    const until = performance.now() + seconds * 1000;
    const written = await Promise.all(Array.from({ length: writers }, () => write(batch, until)));
    return written.reduce((sum, one) => sum + one, 0);
  },
  async read(most) {
    return take(client.readAll({ fromPosition: START, maxCount: most }), most);
  },
  async subscribe(most) {
    const subscription = client.subscribeToAll({ fromPosition: START, filter: excludeSystemEvents({ maxSearchWindow: 1000 }) });
    const count = await take(subscription, most);
    await subscription.unsubscribe();
    return count;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...numbers] = line.split(' ');
  const since = performance.now();
  const events = await commands[command](...numbers.map(Number));
  console.log(JSON.stringify({ events, seconds: (performance.now() - since) / 1000 }));
}
await client.dispose();
