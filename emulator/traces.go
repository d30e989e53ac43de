package emulator

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"strconv"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/sdk/resource"
	sdk "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/trace"

	"github.com/tennantite/tennantite/control"
)

// tracing makes a span of each request, below the client's own where it names one (W3C Trace Context). nil makes none.
type tracing struct {
	provider *sdk.TracerProvider
	tracer   trace.Tracer
	context  propagation.TraceContext
}

func newTracing(o Traces, version string, log *slog.Logger) (*tracing, error) {
	if o.Endpoint == "" {
		return nil, nil
	}
	exporter, err := newOTLP(o, log)
	if err != nil {
		return nil, err
	}
	// The library reads OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES, and with them wins over us.
	about, err := resource.Merge(
		resource.NewSchemaless(attribute.String("service.name", "tennantite"), attribute.String("service.version", version)),
		resource.Environment())
	if err != nil {
		return nil, err
	}
	t := &tracing{provider: sdk.NewTracerProvider(sdk.WithBatcher(exporter), sdk.WithResource(about))}
	t.tracer = t.provider.Tracer("github.com/tennantite/tennantite", trace.WithInstrumentationVersion(version))
	return t, nil
}

// shutdown sends what is left.
func (t *tracing) shutdown(ctx context.Context) error {
	if t == nil {
		return nil
	}
	return t.provider.Shutdown(ctx)
}

// serve answers a request within a span, by the names of the semantic conventions for HTTP servers.
func (t *tracing) serve(h http.Handler, w http.ResponseWriter, r *http.Request, world *world, surface string) {
	if t == nil {
		h.ServeHTTP(w, r)
		return
	}
	scheme := arrivalOf(r.Context()).scheme
	ctx := t.context.Extract(r.Context(), propagation.HeaderCarrier(r.Header))
	method := knownMethod(r.Method)
	about := []attribute.KeyValue{
		attribute.String("url.scheme", scheme), attribute.String("server.address", bareHost(r.Host)), attribute.String("url.path", r.URL.Path),
		attribute.String("network.protocol.version", strconv.Itoa(r.ProtoMajor)+"."+strconv.Itoa(r.ProtoMinor)),
		attribute.String("tennantite.world", world.name), attribute.String("tennantite.surface", surface),
	}
	if method != r.Method {
		about = append(about, attribute.String("http.request.method", "_OTHER"), attribute.String("http.request.method_original", r.Method))
		method = "HTTP"
	} else {
		about = append(about, attribute.String("http.request.method", r.Method))
	}
	if agent := r.UserAgent(); agent != "" {
		about = append(about, attribute.String("user_agent.original", agent))
	}
	if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
		about = append(about, attribute.String("client.address", host))
	}
	ctx, span := t.tracer.Start(ctx, method+" "+surface, trace.WithSpanKind(trace.SpanKindServer), trace.WithAttributes(about...))
	defer span.End()
	answer := &statusWriter{ResponseWriter: w}
	defer func() { describeStatus(span, answer.status) }()
	defer world.causes.begin(world, span.SpanContext())()
	h.ServeHTTP(answer, r.WithContext(ctx))
}

// knownMethod is a method of HTTP or of SharePoint, and "other" for one that a client made up.
func knownMethod(method string) string {
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, "MERGE":
		return method
	}
	return "other"
}

func describeStatus(span trace.Span, status int) {
	if status == 0 {
		status = http.StatusOK
	}
	span.SetAttributes(attribute.Int("http.response.status_code", status))
	if status >= http.StatusInternalServerError {
		span.SetStatus(codes.Error, "")
		span.SetAttributes(attribute.String("error.type", strconv.Itoa(status)))
	}
}

// describe puts into the span of a request what the journal knows of it.
func (t *tracing) describe(r *http.Request, e *control.Entry) {
	if t == nil {
		return
	}
	span := trace.SpanFromContext(r.Context())
	object, name, app := e.Caller()
	for _, a := range []attribute.KeyValue{
		attribute.String("tennantite.request_id", e.ID), attribute.String("tennantite.tenant", e.Tenant()), attribute.String("tennantite.fault", e.Fault),
		attribute.String("enduser.id", object), attribute.String("tennantite.actor", name), attribute.String("tennantite.application", app),
	} {
		if a.Value.AsString() != "" {
			span.SetAttributes(a)
		}
	}
}

// notify begins the span of a notification, below the request that made the change, and returns the headers that tell the
// listener of it. The span ends with what came of it.
func (t *tracing) notify(ctx context.Context, w *world, x *delivery) (context.Context, http.Header, func(error)) {
	if t == nil {
		return ctx, nil, func(error) {}
	}
	if x.cause != 0 {
		ctx = trace.ContextWithRemoteSpanContext(ctx, w.causes.of(x.cause))
	}
	ctx, span := t.tracer.Start(ctx, "POST notification", trace.WithSpanKind(trace.SpanKindClient), trace.WithAttributes(
		attribute.String("http.request.method", http.MethodPost), attribute.String("url.full", x.address),
		attribute.Int("http.request.resend_count", x.tries), attribute.String("tennantite.world", w.name),
		attribute.String("tennantite.subscription", x.subscription.ID)))
	headers := http.Header{}
	t.context.Inject(ctx, propagation.HeaderCarrier(headers))
	return ctx, headers, func(err error) {
		if err != nil {
			span.SetStatus(codes.Error, err.Error())
		}
		span.End()
	}
}

// statusWriter notes the status of an answer.
type statusWriter struct {
	http.ResponseWriter

	status int
}

// WriteHeader notes the status.
func (w *statusWriter) WriteHeader(status int) {
	if w.status == 0 && status >= http.StatusOK {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

// Unwrap lets http.ResponseController reach what is below.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// Flush is for handlers that stream.
func (w *statusWriter) Flush() {
	_ = http.NewResponseController(w.ResponseWriter).Flush() // a writer that cannot has nothing to flush
}
