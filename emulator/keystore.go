package emulator

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"

	"software.sslmate.com/src/go-pkcs12"
)

// keystorePassword is the one that Java's own trust store has; what it protects is public.
const keystorePassword = "changeit"

// keystore makes Java's kind of a bundle.
func keystore(bundle []byte) ([]byte, error) {
	return encodeKeystore(pkcs12.Modern, bundle, keystorePassword)
}

// encodeKeystore leaves out certificates that Go cannot read.
func encodeKeystore(as *pkcs12.Encoder, bundle []byte, password string) ([]byte, error) {
	var certs []*x509.Certificate
	for block, rest := pem.Decode(bundle); block != nil; block, rest = pem.Decode(rest) {
		if c, err := x509.ParseCertificate(block.Bytes); err == nil {
			certs = append(certs, c)
		}
	}
	store, err := as.EncodeTrustStore(certs, password)
	if err != nil {
		return nil, fmt.Errorf("trust store for Java: %w", err)
	}
	return store, nil
}
