// Verifies chains with crypto/x509, for the purpose that the argument says: client or server. Standard input names a file a line: PEM, the leaf first and the root last.
package main

import (
	"bufio"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"os"
	"strings"
)

func verdict(data []byte, usage x509.ExtKeyUsage) string {
	var chain []*x509.Certificate
	for block, rest := pem.Decode(data); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		if err != nil {
			return err.Error()
		}
		chain = append(chain, certificate)
	}
	roots, between := x509.NewCertPool(), x509.NewCertPool()
	roots.AddCert(chain[len(chain)-1])
	for _, certificate := range chain[1 : len(chain)-1] {
		between.AddCert(certificate)
	}
	options := x509.VerifyOptions{Roots: roots, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{usage}}
	if _, err := chain[0].Verify(options); err != nil {
		return err.Error()
	}
	return "OK"
}

func main() {
	usage := x509.ExtKeyUsageClientAuth
	if os.Args[1] == "server" {
		usage = x509.ExtKeyUsageServerAuth
	}
	names := bufio.NewScanner(os.Stdin)
	for names.Scan() {
		data, err := os.ReadFile(names.Text())
		if err != nil {
			panic(err)
		}
		fmt.Println(strings.ReplaceAll(verdict(data, usage), "\n", " "))
	}
}
