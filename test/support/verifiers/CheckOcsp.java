import java.io.*;
import java.nio.file.*;
import java.security.cert.*;
import java.util.*;

/**
 * Validates certificates with Java's PKIX revocation checker and an OCSP response: the arguments are a time in milliseconds, the file of a
 * CA, the file of a response, and the files of certificates. It prints a line for each of them: good, or the reason of the refusal.
 */
public class CheckOcsp {
  public static void main(String[] arguments) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    X509Certificate ca = (X509Certificate) factory.generateCertificate(open(arguments[1]));
    byte[] response = Files.readAllBytes(Path.of(arguments[2]));
    for (String file : Arrays.copyOfRange(arguments, 3, arguments.length)) {
      X509Certificate certificate = (X509Certificate) factory.generateCertificate(open(file));
      CertPathValidator validator = CertPathValidator.getInstance("PKIX");
      PKIXRevocationChecker checker = (PKIXRevocationChecker) validator.getRevocationChecker();
      checker.setOptions(EnumSet.of(PKIXRevocationChecker.Option.NO_FALLBACK));
      checker.setOcspResponses(Map.of(certificate, response));
      PKIXParameters parameters = new PKIXParameters(Set.of(new TrustAnchor(ca, null)));
      parameters.setDate(new Date(Long.parseLong(arguments[0])));
      parameters.addCertPathChecker(checker);
      try {
        validator.validate(factory.generateCertPath(List.of(certificate)), parameters);
        System.out.println("good");
      } catch (CertPathValidatorException error) {
        System.out.println(error.getReason() == CertPathValidatorException.BasicReason.REVOKED
          ? "revoked: " + ((CertificateRevokedException) error.getCause()).getRevocationReason() : "refused: " + error.getMessage());
      }
    }
  }

  private static InputStream open(String file) throws IOException {
    return new ByteArrayInputStream(Files.readAllBytes(Path.of(file)));
  }
}
