// A device for tests, with the MQTT client that applications use: node mqtt-device.mjs <port> <folder> <topic>
// It reads ca.pem, device.pem and device.key.pem, and says what it has received of what it has sent.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt from 'mqtt';

const [port, folder, topic] = process.argv.slice(2);
const file = name => readFileSync(join(folder, name));

const client = await mqtt.connectAsync({
  protocol: 'mqtts', host: 'localhost', port: Number(port), ca: file('ca.pem'), cert: file('device.pem'), key: file('device.key.pem'), reconnectPeriod: 0,
});
client.on('message', async (from, message) => {
  console.log(`received: ${message} from ${from}`);
  await client.endAsync();
});
await client.subscribeAsync(topic, { qos: 1 });
await client.publishAsync(topic, 'hello', { qos: 1 });
