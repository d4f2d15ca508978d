import java.io.*;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;

/**
 * Decides on clients as a TLS server does whose trust manager is the default one over a trust store, such as HiveMQ. The arguments are the
 * file of a CA and the files of certificates. It prints a line for each of them: good, or the reason of the refusal.
 */
public class TrustClients {
  public static void main(String[] arguments) throws Exception {
    CertificateFactory factory = CertificateFactory.getInstance("X.509");
    KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setCertificateEntry("ca", factory.generateCertificate(open(arguments[0])));
    TrustManagerFactory managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    managers.init(store);
    X509TrustManager manager = (X509TrustManager) managers.getTrustManagers()[0];
    for (String file : Arrays.copyOfRange(arguments, 1, arguments.length)) {
      try {
        manager.checkClientTrusted(new X509Certificate[] { (X509Certificate) factory.generateCertificate(open(file)) }, "EC");
        System.out.println("good");
      } catch (CertificateException error) {
        Throwable cause = error;
        while (cause.getCause() != null && !(cause instanceof CertificateRevokedException)) {
          cause = cause.getCause();
        }
        System.out.println(cause instanceof CertificateRevokedException ? "revoked" : "refused: " + error.getMessage());
      }
    }
  }

  private static InputStream open(String file) throws IOException {
    return new ByteArrayInputStream(Files.readAllBytes(Path.of(file)));
  }
}
