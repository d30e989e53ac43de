package emulator

import (
	"os"
	"path/filepath"
	"slices"

	"software.sslmate.com/src/go-pkcs12"

	"github.com/tennantite/tennantite/emulator/isolation"
)

// bundles are further places where programs keep the certificates that they trust, as PEM, beside those of the system.
// Entries that begin with a $ begin with the value of a variable.
//
//nolint:gochecknoglobals // a constant list
var bundles = []string{
	"/etc/ssl/certs/ca-bundle.crt", "/etc/pki/tls/cert.pem", "/etc/ca-certificates/extracted/tls-ca-bundle.pem",
	"/var/lib/ca-certificates/ca-bundle.pem", "/usr/lib/ssl/cert.pem", "/usr/local/ssl/cert.pem", "/usr/local/etc/openssl*/cert.pem",
	"/usr/share/perl5/Mozilla/CA/cacert.pem",
}

// pythons are where Python's packages are; certifi is in them, and a copy of it in pip.
//
//nolint:gochecknoglobals // a constant list
var pythons = []string{
	"/usr/lib/python3*/dist-packages", "/usr/lib/python3*/site-packages",
	"/usr/local/lib/python3*/dist-packages", "/usr/local/lib/python3*/site-packages", "/opt/*/lib/python3*/site-packages",
	"$VIRTUAL_ENV/lib/python3*/site-packages", "$CONDA_PREFIX/lib/python3*/site-packages",
	"$PYENV_ROOT/versions/*/lib/python3*/site-packages", "$HOME/.pyenv/versions/*/lib/python3*/site-packages",
	"$HOME/.local/lib/python3*/site-packages", ".venv/lib/python3*/site-packages", "venv/lib/python3*/site-packages",
}

// javas are Java's own trust stores.
//
//nolint:gochecknoglobals // a constant list
var javas = []string{
	"/etc/ssl/certs/java/cacerts", "/etc/pki/java/cacerts", "/etc/pki/ca-trust/extracted/java/cacerts",
	"/usr/lib/jvm/*/lib/security/cacerts", "/usr/lib/jvm/*/jre/lib/security/cacerts", "/opt/java/*/lib/security/cacerts",
	"$JAVA_HOME/lib/security/cacerts", "$JAVA_HOME/jre/lib/security/cacerts", "$HOME/.sdkman/candidates/java/*/lib/security/cacerts",
}

// TrustStores are the files in which the programs of this system keep whom they trust, each with our authority added: the
// system's bundles, certifi's for Python, Java's. further are bundles beside those, as PEM. ca is the authority as PEM;
// getenv gives the variables that name folders.
func TrustStores(ca []byte, further []string, getenv func(string) string) ([]isolation.File, error) {
	pem := slices.Concat(systemBundles, bundles, further)
	for _, p := range pythons {
		pem = append(pem, filepath.Join(p, "certifi/cacert.pem"), filepath.Join(p, "pip/_vendor/certifi/cacert.pem"))
	}
	var files []isolation.File
	for _, path := range present(pem, getenv) {
		old, err := os.ReadFile(path)
		if err != nil {
			continue // what we cannot read, the command cannot either
		}
		files = append(files, isolation.File{Path: path, Content: slices.Concat(ca, old)})
	}
	stores := present(javas, getenv)
	if len(stores) == 0 {
		return files, nil
	}
	// Java opens its own store without a password.
	store, err := encodeKeystore(pkcs12.Passwordless, slices.Concat(ca, systemBundle("")), "")
	if err != nil {
		return nil, err
	}
	for _, path := range stores {
		files = append(files, isolation.File{Path: path, Content: store})
	}
	return files, nil
}

// present are the files that there are of a list of patterns, each once and by its own name.
func present(patterns []string, getenv func(string) string) (paths []string) {
	for _, p := range patterns {
		unset := false
		p = os.Expand(p, func(name string) string {
			v := getenv(name)
			unset = unset || v == ""
			return v
		})
		if unset {
			continue
		}
		found, err := filepath.Glob(p)
		if err != nil {
			continue // of a variable's value; the lists hold none that fails
		}
		for _, f := range found {
			if path, err := filepath.EvalSymlinks(f); err == nil && !slices.Contains(paths, path) {
				paths = append(paths, path)
			}
		}
	}
	return paths
}
