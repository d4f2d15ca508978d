import { firstCertificate } from './first-certificate';
import { handler } from '../../src/issuing/index';

// All that the function loads, its AWS clients among it.
if (typeof handler === 'function') {
  void firstCertificate();
}
