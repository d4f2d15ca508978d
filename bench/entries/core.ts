import { firstCertificate } from './first-certificate';

// The issuing core alone.
void firstCertificate();
