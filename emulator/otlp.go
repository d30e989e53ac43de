package emulator

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	sdk "go.opentelemetry.io/otel/sdk/trace"
)

// Traces says where spans are sent to.
type Traces struct {
	Endpoint string            // of OTLP over HTTP, with its path: http://localhost:4318/v1/traces; "" for no spans
	Headers  map[string]string // of each request to it
	Timeout  time.Duration     // of each request; 0 is the default
}

// otlp sends spans to a collector: OTLP over HTTP, as JSON. (The library's own exporter brings gRPC and protocol buffers,
// which cost a third of the whole program.)
type otlp struct {
	Traces

	client *http.Client
	log    *slog.Logger
}

func newOTLP(o Traces, log *slog.Logger) (*otlp, error) {
	u, err := url.Parse(o.Endpoint)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, fmt.Errorf("traces: %q is no address of a collector, such as http://localhost:4318", o.Endpoint)
	}
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Second // the specification's default
	}
	return &otlp{o, &http.Client{}, log}, nil
}

// ExportSpans sends spans. What a collector does not take is logged and lost: nobody waits for it.
func (e *otlp) ExportSpans(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	if len(spans) == 0 {
		return nil
	}
	if err := e.send(ctx, spans); err != nil {
		e.log.Warn("spans were not sent", "endpoint", e.Endpoint, "spans", len(spans), "err", err)
	}
	return nil
}

// Shutdown has nothing to end.
func (*otlp) Shutdown(context.Context) error { return nil }

func (e *otlp) send(ctx context.Context, spans []sdk.ReadOnlySpan) error {
	body, err := json.Marshal(encodeSpans(spans))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, e.Timeout)
	defer cancel()
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, e.Endpoint, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	for name, value := range e.Headers {
		r.Header.Set(name, value)
	}
	answer, err := e.client.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	const enough = 1 << 10
	text, _ := io.ReadAll(io.LimitReader(answer.Body, enough)) // the status says it all
	if answer.StatusCode != http.StatusOK {
		return fmt.Errorf("the collector answers %s %s", answer.Status, text)
	}
	return nil
}

// The JSON form of an ExportTraceServiceRequest (OTLP 1.x: camel case, ids in hex, 64-bit numbers as text).
type (
	otlpRequest struct {
		ResourceSpans []otlpResourceSpans `json:"resourceSpans"`
	}
	otlpResourceSpans struct {
		Resource   otlpResource     `json:"resource"`
		ScopeSpans []otlpScopeSpans `json:"scopeSpans"`
	}
	otlpResource struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	otlpScopeSpans struct {
		Scope otlpScope  `json:"scope"`
		Spans []otlpSpan `json:"spans"`
	}
	otlpScope struct {
		Name    string `json:"name"`
		Version string `json:"version,omitempty"`
	}
	otlpSpan struct {
		TraceID    string          `json:"traceId"`
		SpanID     string          `json:"spanId"`
		TraceState string          `json:"traceState,omitempty"`
		Parent     string          `json:"parentSpanId,omitempty"`
		Name       string          `json:"name"`
		Kind       int             `json:"kind"`
		Start      string          `json:"startTimeUnixNano"`
		End        string          `json:"endTimeUnixNano"`
		Attributes []otlpAttribute `json:"attributes"`
		Status     otlpStatus      `json:"status"`
	}
	otlpStatus struct {
		Code    int    `json:"code,omitempty"`
		Message string `json:"message,omitempty"`
	}
	otlpAttribute struct {
		Key   string    `json:"key"`
		Value otlpValue `json:"value"`
	}
	otlpValue struct {
		String *string `json:"stringValue,omitempty"`
		Bool   *bool   `json:"boolValue,omitempty"`
		Int    *string `json:"intValue,omitempty"`
	}
)

// encodeSpans writes spans, which are all of one resource and one scope: this program's.
func encodeSpans(spans []sdk.ReadOnlySpan) otlpRequest {
	first := spans[0]
	scope := otlpScopeSpans{Scope: otlpScope{first.InstrumentationScope().Name, first.InstrumentationScope().Version}}
	for _, s := range spans {
		o := otlpSpan{
			TraceID: s.SpanContext().TraceID().String(), SpanID: s.SpanContext().SpanID().String(), TraceState: s.SpanContext().TraceState().String(),
			Name: s.Name(), Kind: int(s.SpanKind()), Attributes: encodeAttributes(s.Attributes()),
			Start: strconv.FormatInt(s.StartTime().UnixNano(), 10), End: strconv.FormatInt(s.EndTime().UnixNano(), 10),
			Status: otlpStatus{otlpCode(s), s.Status().Description},
		}
		if s.Parent().HasSpanID() {
			o.Parent = s.Parent().SpanID().String()
		}
		scope.Spans = append(scope.Spans, o)
	}
	return otlpRequest{[]otlpResourceSpans{{otlpResource{encodeAttributes(first.Resource().Attributes())}, []otlpScopeSpans{scope}}}}
}

// otlpCode is the protocol's number of a status; the library has another order.
func otlpCode(s sdk.ReadOnlySpan) int {
	const ok, failed = 1, 2
	switch s.Status().Code {
	case codes.Ok:
		return ok
	case codes.Error:
		return failed
	case codes.Unset:
	}
	return 0
}

func encodeAttributes(all []attribute.KeyValue) []otlpAttribute {
	out := make([]otlpAttribute, 0, len(all))
	for _, a := range all {
		v := otlpValue{}
		switch a.Value.Type() {
		case attribute.BOOL:
			b := a.Value.AsBool()
			v.Bool = &b
		case attribute.INT64:
			n := strconv.FormatInt(a.Value.AsInt64(), 10)
			v.Int = &n
		default:
			text := a.Value.String()
			v.String = &text
		}
		out = append(out, otlpAttribute{string(a.Key), v})
	}
	return out
}
