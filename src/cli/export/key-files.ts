/** The file of a certificate's private key, by the file of the certificate: `device.pem` → `device.key.pem` */
export function keyFileOf(file: string): string {
  return file.replace(/\.pem$/, '.key.pem');
}
