// Two devices for tests: node mqtt-reader.mjs <port> <folder> <reader> <sender> <topic> <a topic of the reader>
// The sender says something on a topic to which the reader has subscribed. Prints whether the reader has got it.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';

const [port, folder, reader, sender, topic] = process.argv.slice(2);
const file = name => readFileSync(join(folder, name));
const connect = name => mqtt.connectAsync({
  protocol: 'mqtts', host: 'localhost', port: Number(port), ca: file('ca.pem'), cert: file(`${name}.pem`), key: file(`${name}.key.pem`), reconnectPeriod: 0,
});

const [reading, sending] = [await connect(reader), await connect(sender)];
const own = process.argv[7];
let got = false;
reading.on('message', async from => {
  got ||= from === topic;
  if (from === own) { // sent after the other one, to a broker that keeps their order
    console.log(got ? 'read' : 'not read');
    await Promise.all([reading.endAsync(), sending.endAsync()]);
  }
});
await reading.subscribeAsync([topic, own], { qos: 1 });
await sending.publishAsync(topic, 'hello', { qos: 1 });
await reading.publishAsync(own, 'done', { qos: 1 });
