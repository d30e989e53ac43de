package emulator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/tennantite/tennantite/emulator"
)

// collector is an OpenTelemetry collector: it keeps the spans that it is sent.
type collector struct {
	*httptest.Server

	status int
	got    chan sentSpans
}

type sentSpans struct {
	header http.Header
	path   string
	body   struct {
		ResourceSpans []struct {
			Resource   struct{ Attributes []spanAttribute }
			ScopeSpans []struct{ Spans []sentSpan }
		}
	}
}

type sentSpan struct {
	TraceID, SpanID, ParentSpanID, Name string
	Kind                                int
	StartTimeUnixNano, EndTimeUnixNano  string
	Attributes                          []spanAttribute
	Status                              struct{ Code int }
}

type spanAttribute struct {
	Key   string
	Value struct{ StringValue, IntValue string }
}

// of finds the value of an attribute.
func of(all []spanAttribute, key string) string {
	for _, a := range all {
		if a.Key == key {
			return a.Value.StringValue + a.Value.IntValue
		}
	}
	return ""
}

func startCollector(t *testing.T, status int) *collector {
	t.Helper()
	c := &collector{status: status, got: make(chan sentSpans, 10)}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s := sentSpans{header: r.Header, path: r.URL.Path}
		if err := json.NewDecoder(r.Body).Decode(&s.body); err != nil {
			t.Errorf("what was sent: %v", err)
		}
		c.got <- s
		w.WriteHeader(c.status)
		io.WriteString(w, "{}")
	}))
	t.Cleanup(c.Close)
	return c
}

func TestTracesOfRequests(t *testing.T) {
	t.Parallel()
	c := startCollector(t, http.StatusOK)
	emu, err := emulator.New(emulator.Options{
		HTTP: "127.0.0.1:0", Proxy: "127.0.0.1:0", Version: "1.2.3",
		Traces: emulator.Traces{Endpoint: c.URL + "/v1/traces", Headers: map[string]string{"X-Key": "k"}},
	})
	must(t, err)
	must(t, emu.Listen())
	client := emu.HTTPClient()
	tokens := signIn(t, client, url.Values{"grant_type": {"password"}, "username": {"megan@contoso.com"}, "password": {"Tennantite1!"}})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "https://graph.microsoft.com/v1.0/users/nobody", nil)
	must(t, err)
	const traceID, parent = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
	r.Header.Set("Traceparent", "00-"+traceID+"-"+parent+"-01")
	r.Header.Set("Authorization", "Bearer "+tokens.Access)
	answer, err := client.Do(r)
	must(t, err)
	answer.Body.Close()
	must(t, emu.Shutdown(context.Background())) // what is left is sent

	sent := <-c.got
	if sent.path != "/v1/traces" || sent.header.Get("Content-Type") != "application/json" || sent.header.Get("X-Key") != "k" {
		t.Errorf("sent to %s with %v", sent.path, sent.header)
	}
	about := sent.body.ResourceSpans[0].Resource.Attributes
	if of(about, "service.name") != "tennantite" || of(about, "service.version") != "1.2.3" {
		t.Errorf("the resource is %v", about)
	}
	spans := sent.body.ResourceSpans[0].ScopeSpans[0].Spans
	if len(spans) != 2 {
		t.Fatalf("%d spans came, want one for each request", len(spans))
	}
	if s := spans[0]; s.Name != "POST login" || s.ParentSpanID != "" || len(s.TraceID) != 32 || s.TraceID == traceID {
		t.Errorf("the sign-in is %+v", s)
	}
	s := spans[1]
	if s.TraceID != traceID || s.ParentSpanID != parent || s.Name != "GET graph" || s.Kind != 2 || s.StartTimeUnixNano >= s.EndTimeUnixNano || s.Status.Code != 0 {
		t.Errorf("the request is %+v", s)
	}
	for key, want := range map[string]string{
		"http.request.method": "GET", "url.scheme": "https", "url.path": "/v1.0/users/nobody", "server.address": "graph.microsoft.com",
		"http.response.status_code": "404", "user_agent.original": "Go-http-client/2.0", "client.address": "127.0.0.1", "tennantite.world": "main",
		"tennantite.surface": "graph", "tennantite.request_id": answer.Header.Get("request-id"), "tennantite.actor": "megan@contoso.com",
		"tennantite.tenant": "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47", "tennantite.application": "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10",
	} {
		if got := of(s.Attributes, key); got != want {
			t.Errorf("%s is %q, want %q", key, got, want)
		}
	}
}

// TestTracesThatNobodyTakes has a collector refuse: that is logged, and nobody's request knows of it.
func TestTracesThatNobodyTakes(t *testing.T) {
	t.Parallel()
	c := startCollector(t, http.StatusServiceUnavailable)
	log := &lines{written: make(chan string, 10)}
	emu, err := emulator.New(emulator.Options{
		Traces: emulator.Traces{Endpoint: c.URL}, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelWarn})),
	})
	must(t, err)
	w := httptest.NewRecorder()
	emu.ServeHTTP(w, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "http://localhost/livez", nil))
	if w.Code != http.StatusOK {
		t.Errorf("answered %d", w.Code)
	}
	must(t, emu.Shutdown(context.Background()))
	if line := <-log.written; !strings.Contains(line, "spans were not sent") || !strings.Contains(line, "503") {
		t.Errorf("logged is %s", line)
	}
	if _, err := emulator.New(emulator.Options{Traces: emulator.Traces{Endpoint: "localhost:4318"}}); err == nil {
		t.Error("an address without a scheme is taken")
	}
}

// TestRequestLog finds, by the id that a client saw, who asked for what in which world.
func TestRequestLog(t *testing.T) {
	t.Parallel()
	log := &lines{written: make(chan string, 100)}
	emu := emulator.Start(t, func(o *emulator.Options) { o.Log = slog.New(slog.NewJSONHandler(log, nil)) })
	_, err := emu.Fork("w", "main", false)
	must(t, err)
	client := emu.WorldClient("w")
	tokens := signIn(t, client, url.Values{"grant_type": {"password"}, "username": {"megan@contoso.com"}, "password": {"Tennantite1!"}})
	for _, tt := range []struct{ address, header string }{
		{"https://graph.microsoft.com/v1.0/me", "request-id"},
		{"https://contoso.sharepoint.com/_api/web", "SPRequestGuid"},
		{"https://login.microsoftonline.com/contoso.com/v2.0/.well-known/openid-configuration", "x-ms-request-id"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, tt.address, nil)
		must(t, err)
		r.Header.Set("Authorization", "Bearer "+tokens.Access)
		r.Header.Set("Client-Request-Id", "mine")
		answer, err := client.Do(r)
		must(t, err)
		answer.Body.Close()
		var line map[string]any
		for line["host"] != r.Host {
			must(t, json.NewDecoder(bytes.NewBufferString(<-log.written)).Decode(&line))
		}
		for name, want := range map[string]any{
			"requestId": answer.Header.Get(tt.header), "clientRequestId": "mine", "world": "w", "tenant": "4ba5b1f1-7b2e-4c6a-9d0f-2f3a6c1e8d47",
			"actor": "megan@contoso.com", "app": "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10", "method": "GET", "status": float64(answer.StatusCode), "level": "INFO",
		} {
			if line[name] != want || want == "" {
				t.Errorf("%s: %s is %v, want %v", tt.address, name, line[name], want)
			}
		}
	}
}
