import { NAME_IN_TOPICS } from './common-rules';
import { PLATFORM_IDS, PlatformId, platformRules } from './registry';
import { checkChoice } from '../contract/forms';
import { KeyAlgorithmName } from '../contract/key-algorithms';
import { Form } from '../contract/platform-rules';
import { checkSubjectAttribute, Complaint, quote } from '../contract/rules';

/** Checks the identifier of a platform. */
export function checkPlatform(value: unknown): Complaint {
  return checkChoice('platform', value, PLATFORM_IDS);
}

function checkForm(property: string, value: string, form: Form | undefined, platform: PlatformId): Complaint {
  return !form || hasForm(value, form)
    ? undefined
    : `${property} must be ${form.allowed} for ${platformRules(platform).name}, got ${quote(value)}`;
}

function hasForm(value: string, { pattern }: Form): boolean {
  return new RegExp(`^(?:${pattern})$`).test(value);
}

/**
 * Checks a registration code. The code becomes the common name, verbatim. A code of AWS IoT has 64 characters, the upper bound of a common
 * name, so nothing can be added to it.
 */
export function checkRegistrationCode(value: unknown, platform: PlatformId): Complaint {
  return checkProofByCertificate(platform) ?? checkSubjectAttribute('commonName', value, 'registrationCode')
    ?? checkForm('registrationCode', value as string, platformRules(platform).registrationCode, platform);
}

/** Checks that the platform requires a verification certificate at all. */
function checkProofByCertificate(platform: PlatformId): Complaint {
  const { name, proof } = platformRules(platform);
  return proof === 'verification certificate' ? undefined
    : `platform must be one that requires a verification certificate, got ${quote(name)}, which ${proof === 'none'
      ? 'accepts a CA without proof: give it the certificate of the CA'
      : 'requires a signature over its code'}`;
}

/** Checks that the platform accepts the name under which a CA is registered. */
export function checkCaName(value: string, platform: PlatformId): Complaint {
  return checkForm('the name of the CA', value, platformRules(platform).caName, platform);
}

/** Checks that the platform accepts the CA's key. `property` names the key where another resource refers to the CA. */
export function checkCaForPlatform(keyAlgorithm: KeyAlgorithmName, platform: PlatformId, property = 'keyAlgorithm'): Complaint {
  const { name, caKeyAlgorithms } = platformRules(platform);
  return !caKeyAlgorithms || caKeyAlgorithms.includes(keyAlgorithm)
    ? undefined
    : `${property} must be one of ${caKeyAlgorithms.join(', ')} for ${name}, got ${quote(keyAlgorithm)}`;
}

/** Checks that the platform accepts a device's key. */
export function checkDeviceKeyForPlatform(keyAlgorithm: KeyAlgorithmName, platform: PlatformId, property = 'keyAlgorithm'): Complaint {
  const { name, deviceKeyAlgorithms } = platformRules(platform);
  return !deviceKeyAlgorithms || deviceKeyAlgorithms.includes(keyAlgorithm)
    ? undefined
    : `${property} must be one of ${deviceKeyAlgorithms.join(', ')} for ${name}, got ${quote(keyAlgorithm)}`;
}

/** Checks how brokers read a device's name. This is for a device without declared platforms, to which no platform's rule applies. */
export function checkNameInTopics(commonName: string): Complaint {
  return hasForm(commonName, NAME_IN_TOPICS) ? undefined
    : `subject.commonName should be ${NAME_IN_TOPICS.allowed}, got ${quote(commonName)}: a broker that grants topics by the common name `
      + 'gives such a device the topics of others; declare `platforms` if the device never connects to such a broker';
}

/** Checks that the platform accepts a device's name. */
export function checkDeviceForPlatform(commonName: string, platform: PlatformId): Complaint {
  return checkForm('subject.commonName', commonName, platformRules(platform).deviceCommonName, platform);
}
