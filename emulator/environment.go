package emulator

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tennantite/tennantite/emulator/problem"
)

// Variable is one variable of a client's environment.
type Variable struct {
	Name, Value string
	For         string // whom it is for, for people
}

// Trust is the certificate files that clients are pointed at, all in one folder.
type Trust struct {
	CA        string // our authority alone, for variables that add to what a client trusts
	Bundle    string // ours and the system's, for variables that replace it
	Keystore  string // the same for Java, PKCS #12
	WgetSetup string // wget takes no variable, but a start-up file
}

// systemBundles are where systems keep the certificates that they trust, the first one that is there counts (the list is
// that of Go's crypto/x509).
//
//nolint:gochecknoglobals // a constant list
var systemBundles = []string{
	"/etc/ssl/certs/ca-certificates.crt",
	"/etc/pki/tls/certs/ca-bundle.crt",
	"/etc/ssl/ca-bundle.pem",
	"/etc/pki/tls/cacert.pem",
	"/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
	"/etc/ssl/cert.pem",
}

// WriteTrust writes the files that clients are pointed at into a folder. ca is the authority as PEM; system is the
// bundle that the client used so far, "" for the system's own.
func WriteTrust(dir string, ca []byte, system string) (Trust, error) {
	t := Trust{
		CA: filepath.Join(dir, "ca.pem"), Bundle: filepath.Join(dir, "bundle.pem"),
		Keystore: filepath.Join(dir, "truststore.p12"), WgetSetup: filepath.Join(dir, "wgetrc"),
	}
	bundle := append(slices.Clone(ca), systemBundle(system)...)
	store, err := keystore(bundle)
	if err != nil {
		return Trust{}, err
	}
	for _, f := range []struct {
		path    string
		content []byte
	}{
		{t.CA, ca},
		{t.Bundle, bundle},
		{t.Keystore, store},
		{t.WgetSetup, []byte("ca_certificate = " + t.Bundle + "\n")},
	} {
		if err := writeFile(f.path, f.content); err != nil {
			return Trust{}, err
		}
	}
	return t, nil
}

func systemBundle(path string) []byte {
	for _, p := range append([]string{path}, systemBundles...) {
		if p == "" {
			continue
		}
		if b, err := os.ReadFile(p); err == nil {
			return b
		}
	}
	return nil // a system without a bundle: our own certificate is all
}

// writeFile puts a file into its place whole, so that nobody reads half of it.
func writeFile(path string, content []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // gone already where all went well
	_, err = f.Write(content)
	if err == nil {
		err = f.Chmod(0o644)
	}
	if closing := f.Close(); err == nil {
		err = closing
	}
	if err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// ClientEnvironment is what a client needs to reach the emulated services by their real names: proxy is the address of
// the proxy, "" where the names lead to the emulator by themselves; control is that of the HTTP listener ("" for none).
func ClientEnvironment(proxy, control string, t Trust) []Variable {
	var v []Variable
	direct := []string{"localhost", "127.0.0.1", "::1", ".localhost"}
	if h := hostOf(control); h != "" && !slices.Contains(direct, h) {
		direct = append(direct, h)
	}
	if proxy != "" {
		v = []Variable{
			{"HTTPS_PROXY", proxy, "curl, Go, Python, .NET, Ruby, Azure's SDKs"},
			{"https_proxy", proxy, "wget, git, libcurl and others that know the lower-case name"},
			{"HTTP_PROXY", proxy, "the same, for plain HTTP"},
			{"http_proxy", proxy, "the same, for plain HTTP"},
			{"NO_PROXY", strings.Join(direct, ","), "everybody: this machine is reached directly"},
			{"no_proxy", strings.Join(direct, ","), "everybody: this machine is reached directly"},
			{"NODE_USE_ENV_PROXY", "1", "Node from 22.21 or 24: fetch and https use the proxy"},
		}
	}
	v = append(v, []Variable{
		{"SSL_CERT_FILE", t.Bundle, "Go (rclone, Terraform ...), OpenSSL, Python's ssl and httpx, .NET on Linux, Ruby"},
		{"CURL_CA_BUNDLE", t.Bundle, "curl"},
		{"WGETRC", t.WgetSetup, "wget"},
		{"NODE_EXTRA_CA_CERTS", t.CA, "Node"},
		{"REQUESTS_CA_BUNDLE", t.Bundle, "Python's requests, Azure CLI"},
		{"GIT_SSL_CAINFO", t.Bundle, "git"},
		{"RCLONE_CA_CERT", t.Bundle, "rclone from 1.63"},
		{"DENO_CERT", t.CA, "Deno"},
		{javaVariable, javaOptions(proxy, direct, t), "Java"},
	}...)
	if control != "" {
		v = append(v, Variable{"TENNANTITE_CONTROL", strings.TrimSuffix(control, "/") + "/_tennantite/v1", "your tests: the control plane"})
	}
	return v
}

// javaVariable is a list of options, so what a user has in it stays.
const javaVariable = "JAVA_TOOL_OPTIONS"

// proxyVariables are all that make clients use a proxy.
//
//nolint:gochecknoglobals // a constant list
var proxyVariables = []string{"HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NODE_USE_ENV_PROXY"}

// Overlay is an environment with variables in place of those that it had. Proxies that it named go: one for everything would
// win over ours in some clients, and where there is none of ours, theirs is not reached.
func Overlay(environ []string, v []Variable) []string {
	ours := map[string]bool{}
	for _, name := range proxyVariables {
		ours[name] = true
	}
	for _, x := range v {
		ours[x.Name] = true
	}
	var env []string
	java := ""
	for _, x := range environ {
		name, value, _ := strings.Cut(x, "=")
		if name == javaVariable {
			java = value + " "
		}
		if !ours[name] {
			env = append(env, x)
		}
	}
	for _, x := range v {
		if x.Name == javaVariable {
			x.Value = java + x.Value
		}
		env = append(env, x.Name+"="+x.Value)
	}
	return env
}

// javaOptions are the system properties of Java's own HTTP clients. They know no user name of a proxy: a world of a Java
// client has listeners of its own.
func javaOptions(proxy string, direct []string, t Trust) string {
	u, err := url.Parse(proxy)
	if err != nil {
		return ""
	}
	hosts := make([]string, 0, len(direct))
	for _, h := range direct {
		switch {
		case strings.HasPrefix(h, "."):
			h = "*" + h
		case strings.Contains(h, ":"):
			h = "[" + h + "]"
		}
		hosts = append(hosts, h)
	}
	var options []string
	if proxy != "" {
		options = []string{
			"-Dhttps.proxyHost=" + u.Hostname(), "-Dhttps.proxyPort=" + u.Port(),
			"-Dhttp.proxyHost=" + u.Hostname(), "-Dhttp.proxyPort=" + u.Port(),
			"-Dhttp.nonProxyHosts=" + strings.Join(hosts, "|"),
		}
	}
	options = append(options,
		"-Djavax.net.ssl.trustStore="+t.Keystore, "-Djavax.net.ssl.trustStoreType=PKCS12",
		"-Djavax.net.ssl.trustStorePassword="+keystorePassword)
	return strings.Join(options, " ")
}

// Formats are the ways in which an environment is written.
func Formats() []string { return []string{"sh", "fish", "powershell", "dotenv", "json"} }

// FormatEnvironment writes variables for a shell to evaluate, or as a file.
func FormatEnvironment(v []Variable, format string) (string, error) {
	var b strings.Builder
	switch format {
	case "", "sh":
		for _, x := range v {
			fmt.Fprintf(&b, "export %s='%s'\n", x.Name, strings.ReplaceAll(x.Value, "'", `'\''`))
		}
	case "fish":
		for _, x := range v {
			fmt.Fprintf(&b, "set -gx %s '%s'\n", x.Name, strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(x.Value))
		}
	case "powershell":
		for _, x := range v {
			fmt.Fprintf(&b, "$env:%s = '%s'\n", x.Name, strings.ReplaceAll(x.Value, "'", "''"))
		}
	case "dotenv":
		for _, x := range v {
			fmt.Fprintf(&b, "%s=\"%s\"\n", x.Name, strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`).Replace(x.Value))
		}
	case "json":
		m := map[string]string{}
		for _, x := range v {
			m[x.Name] = x.Value
		}
		text, err := json.MarshalIndent(m, "", "  ")
		if err != nil {
			return "", err
		}
		b.Write(append(text, '\n'))
	default:
		return "", problem.For(problem.Invalid, problem.InvalidProperty, "format", "The formats are %s.", strings.Join(Formats(), ", "))
	}
	return b.String(), nil
}

// Environment is what a client of a world needs, written in a format; the certificate files are on this machine. It fails
// where the proxy is off.
func (e *Emulator) Environment(name, format string) (string, error) {
	w, err := e.world(name)
	if err != nil {
		return "", err
	}
	proxy := e.proxyURL(w)
	if proxy == "" {
		return "", problem.New(problem.Unsupported, problem.None, "The proxy is off.")
	}
	t, err := e.trustFiles()
	if err != nil {
		return "", err
	}
	control := e.Addresses().HTTP
	if own := w.listening(); own != nil && own.addresses.HTTP != "" {
		control = own.addresses.HTTP
	}
	return FormatEnvironment(ClientEnvironment(proxy, control, t), format)
}

// trustFiles writes the certificate files into a folder of the process when they are first asked for.
func (e *Emulator) trustFiles() (Trust, error) {
	e.trustMu.Lock()
	defer e.trustMu.Unlock()
	if e.trustDir != "" {
		return e.trust, nil
	}
	dir, err := os.MkdirTemp("", "tennantite-")
	if err != nil {
		return Trust{}, fmt.Errorf("certificate files: %w", err)
	}
	if e.trust, err = WriteTrust(dir, e.ca.pem(), ""); err != nil {
		_ = os.RemoveAll(dir) // the failure that is told is the first one
		return Trust{}, fmt.Errorf("certificate files: %w", err)
	}
	e.trustDir = dir
	return e.trust, nil
}
