package main

import (
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tennantite/tennantite/emulator"
)

// traces says where spans go: to --otlp-endpoint, else where OpenTelemetry's own variables say, as for any program that is
// instrumented with it (opentelemetry.io/docs/specs/otel/protocol/exporter). Only OTLP over HTTP is spoken.
func (f emulatorFlags) traces(env func(string) string) (t emulator.Traces, err error) {
	first := func(names ...string) string {
		for _, n := range names {
			if v := env(n); v != "" {
				return v
			}
		}
		return ""
	}
	const signal = "/v1/traces"
	switch {
	case f.OTLPEndpoint != "":
		t.Endpoint = withSignal(f.OTLPEndpoint, signal)
	case strings.EqualFold(env("OTEL_SDK_DISABLED"), "true"), env("OTEL_TRACES_EXPORTER") == "none",
		first("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "OTEL_EXPORTER_OTLP_PROTOCOL") == "grpc":
		return t, nil
	case env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") != "":
		t.Endpoint = env("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") // as it is
	case env("OTEL_EXPORTER_OTLP_ENDPOINT") != "":
		t.Endpoint = withSignal(env("OTEL_EXPORTER_OTLP_ENDPOINT"), signal)
	default:
		return t, nil
	}
	if t.Headers, err = headers(first("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "OTEL_EXPORTER_OTLP_HEADERS")); err != nil {
		return t, err
	}
	if ms := first("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "OTEL_EXPORTER_OTLP_TIMEOUT"); ms != "" {
		n, err := strconv.Atoi(ms)
		if err != nil || n < 0 {
			return t, fmt.Errorf("OTEL_EXPORTER_OTLP_TIMEOUT: found %q, milliseconds are wanted", ms)
		}
		t.Timeout = time.Duration(n) * time.Millisecond
	}
	return t, nil
}

// withSignal is the address for one signal below a collector's address.
func withSignal(address, signal string) string {
	if strings.HasSuffix(address, signal) {
		return address
	}
	return strings.TrimRight(address, "/") + signal
}

// headers reads name=value,name=value, values percent-encoded.
func headers(s string) (map[string]string, error) {
	all := map[string]string{}
	for part := range strings.SplitSeq(s, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, value, ok := strings.Cut(part, "=")
		text, err := url.PathUnescape(strings.TrimSpace(value))
		if !ok || err != nil {
			return nil, fmt.Errorf("OTEL_EXPORTER_OTLP_HEADERS: name=value,name=value is wanted") // what was found may be a secret
		}
		all[strings.TrimSpace(name)] = text
	}
	return all, nil
}
