import { KeyAlgorithmName } from '../contract/key-algorithms';
import { Form } from '../contract/platform-rules';

/** RSA with 2048 bits or more. */
export const RSA: readonly KeyAlgorithmName[] = ['RSA_2048', 'RSA_3072', 'RSA_4096'];

/**
 * RSA and the NIST curves. AWS lists them (https://docs.aws.amazon.com/iot/latest/developerguide/x509-client-certs.html). None of the other
 * platforms documents Ed25519; for these platforms, the list is what all their TLS servers are known to support.
 */
export const RSA_AND_NIST: readonly KeyAlgorithmName[] = [...RSA, 'EC_P256', 'EC_P384', 'EC_P521'];

/** RSA with 2048 bits or more, and P-256: https://docs.clearblade.com/iotcore/verifying-device-credentials. */
export const RSA_AND_P256: readonly KeyAlgorithmName[] = [...RSA, 'EC_P256'];

/**
 * A name that brokers put into topics, and into rules on topics (`pattern readwrite devices/%u/#`). MQTT 5.0, section 4.7: `/` separates
 * the levels of a topic, so the topics of a device `victim/x` are among those of `victim`; `+` and `#` are wildcards; and topics that begin
 * with `$` belong to the broker. https://docs.oasis-open.org/mqtt/mqtt/v5.0/os/mqtt-v5.0-os.html#_Toc3901241
 */
export const NAME_IN_TOPICS: Form = {
  pattern: '(?!\\$)[^/+#\\u0000-\\u001f\\u007f-\\u009f]+',
  allowed: 'text without / + # and control characters, and without a leading $',
};
