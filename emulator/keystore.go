package emulator

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// keystorePassword is the one that Java's own trust store has; what it protects is public.
const keystorePassword = "changeit"

// keystore makes Java's kind of a bundle. Certificates that Go cannot read are left out.
func keystore(bundle []byte) ([]byte, error) {
	var certs []*x509.Certificate
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			certs = append(certs, c)
		}
	}
	store, err := pkcs12.Modern.EncodeTrustStore(certs, keystorePassword)
	if err != nil {
		return nil, fmt.Errorf("trust store for Java: %w", err)
	}
	return store, nil
}
