/* Verifies chains with wolfSSL. Standard input names a file a line: PEM, the leaf first and the root last. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wolfssl/options.h>
#include <wolfssl/ssl.h>

#define BEGIN "-----BEGIN CERTIFICATE-----"
#define LONGEST_CHAIN 32

static char text[1 << 20];

/* What is not a root has to be verified before it is taken for a CA, from the root on. */
static int verify(const char *name) {
  FILE *file = fopen(name, "rb");
  size_t size = fread(text, 1, sizeof text - 1, file);
  char *starts[LONGEST_CHAIN + 1];
  int count = 0, result = WOLFSSL_SUCCESS;
  fclose(file);
  text[size] = 0;
  for (char *start = strstr(text, BEGIN); start && count < LONGEST_CHAIN; start = strstr(start + 1, BEGIN)) {
    starts[count++] = start;
  }
  starts[count] = text + size;
  WOLFSSL_CERT_MANAGER *manager = wolfSSL_CertManagerNew();
  for (int index = count - 1; index >= 0 && result == WOLFSSL_SUCCESS; index--) {
    const unsigned char *pem = (const unsigned char *) starts[index];
    long length = starts[index + 1] - starts[index];
    if (index < count - 1) {
      result = wolfSSL_CertManagerVerifyBuffer(manager, pem, length, WOLFSSL_FILETYPE_PEM);
    }
    if (index > 0 && result == WOLFSSL_SUCCESS) {
      result = wolfSSL_CertManagerLoadCABuffer(manager, pem, length, WOLFSSL_FILETYPE_PEM);
    }
  }
  wolfSSL_CertManagerFree(manager);
  return result;
}

int main(void) {
  char name[4096];
  wolfSSL_Init();
  while (fgets(name, sizeof name, stdin)) {
    name[strcspn(name, "\n")] = 0;
    int result = verify(name);
    puts(result == WOLFSSL_SUCCESS ? "OK" : wolfSSL_ERR_reason_error_string(result));
    fflush(stdout);
  }
  return 0;
}
