// A broker for tests: node embedded-broker.mjs <folder with ca-bundle.pem, server.pem, server.key.pem>
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createServer } from 'node:tls';
import { Aedes } from 'aedes';

const file = name => readFileSync(join(process.argv[2], name));

const broker = await Aedes.createBroker({
  // The certificate tells the name, whatever the device says of itself.
  authenticate: (client, _userName, _password, done) => {
    client.userName = client.conn.getPeerCertificate().subject.CN;
    console.log(`connected: ${client.id} as ${client.userName}`);
    done(null, true);
  },
  authorizePublish: (client, { topic }, done) => done(topic.startsWith(`devices/${client.userName}/`) ? null : new Error('not its own topic')),
});

const server = createServer({
  ca: file('ca-bundle.pem'), cert: file('server.pem'), key: file('server.key.pem'), requestCert: true, rejectUnauthorized: true,
}, broker.handle);
server.on('tlsClientError', error => console.log(`refused: ${error.code}`));
server.listen(0, '127.0.0.1', () => console.log(`listens on ${server.address().port}`));
