"""The package cryptography of Python, by the protocol of serve.cjs."""
import base64
import datetime
import os
import sys
import time

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


def read(name):
    with open(os.path.join(sys.argv[1], name), 'rb') as file:
        return file.read()


CA = x509.load_pem_x509_certificate(read('ca.pem'))
KEY = serialization.load_pem_private_key(read('ca.key.pem'), None)
DEVICE = serialization.load_pem_public_key(read('device.pub.pem'))
AUTHORITY = x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(CA.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value)
HOUR = datetime.timedelta(hours=1)
issued = 0


def issue():
    global issued
    issued += 1
    now = datetime.datetime.now(datetime.timezone.utc)
    return (
        x509.CertificateBuilder()
        .serial_number(int.from_bytes(b'\x40' + os.urandom(19), 'big'))
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f'device-{issued}')]))
        .issuer_name(CA.subject)
        .not_valid_before(now - HOUR)
        .not_valid_after(now + 365 * 24 * HOUR)
        .public_key(DEVICE)
        .add_extension(x509.BasicConstraints(False, None), True)
        .add_extension(x509.KeyUsage(True, False, False, False, False, False, False, False, False), True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(DEVICE), False)
        .add_extension(AUTHORITY, False)
        .sign(KEY, hashes.SHA256())
    )


for line in sys.stdin:
    if line.strip() == 'certificate':
        print(base64.b64encode(issue().public_bytes(serialization.Encoding.DER)).decode(), flush=True)
        continue
    seconds = float(line) / 1000
    start = time.perf_counter()
    count = 0
    while time.perf_counter() - start < seconds:
        issue().public_bytes(serialization.Encoding.DER)
        count += 1
    print(count / (time.perf_counter() - start), flush=True)
