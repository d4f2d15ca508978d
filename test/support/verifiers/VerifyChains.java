import java.io.*;
import java.nio.file.*;
import java.security.cert.*;
import java.util.*;

/** Verifies chains with the JDK's PKIX validator. Standard input names a file a line: PEM, the leaf first and the root last. */
public class VerifyChains {
  public static void main(String[] arguments) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    BufferedReader names = new BufferedReader(new InputStreamReader(System.in));
    for (String name; (name = names.readLine()) != null;) {
      System.out.println(verdict(factory, Files.readAllBytes(Path.of(name))));
    }
  }

  private static String verdict(CertificateFactory factory, byte[] pem) {
    try {
      List<X509Certificate> chain = new ArrayList<>();
      for (Certificate certificate : factory.generateCertificates(new ByteArrayInputStream(pem))) {
        chain.add((X509Certificate) certificate);
      }
      // The constructor that takes a certificate leaves out the constraints of the root.
      X509Certificate root = chain.get(chain.size() - 1);
      TrustAnchor anchor = new TrustAnchor(root, root.getExtensionValue("2.5.29.30") == null ? null : octets(root.getExtensionValue("2.5.29.30")));
      PKIXParameters parameters = new PKIXParameters(Set.of(anchor));
      parameters.setRevocationEnabled(false);
      CertPathValidator.getInstance("PKIX").validate(factory.generateCertPath(chain.subList(0, chain.size() - 1)), parameters);
      return "OK";
    } catch (Exception | Error error) {
      return String.valueOf(error.getMessage() == null ? error : error.getMessage()).replaceAll("\\s+", " ");
    }
  }

  /** The contents of a DER OCTET STRING. */
  private static byte[] octets(byte[] der) {
    int header = (der[1] & 0x80) == 0 ? 2 : 2 + (der[1] & 0x7f);
    return Arrays.copyOfRange(der, header, der.length);
  }
}
