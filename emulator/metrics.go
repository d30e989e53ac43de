package emulator

import (
	"fmt"
	"net/http"
	"sync"

	prometheus "github.com/VictoriaMetrics/metrics"

	"github.com/tennantite/tennantite/control"
)

// metrics are what /metrics shows of a process, in the text format of Prometheus. (Prometheus's own library costs two
// megabytes and some milliseconds at every start, since it brings protocol buffers.)
type metrics struct {
	set       *prometheus.Set
	requests  sync.Map // requestLabels → *prometheus.Counter
	durations sync.Map // surface → *prometheus.PrometheusHistogram
}

type requestLabels struct {
	method, surface string
	status          int
}

func newMetrics(worlds func() int) *metrics {
	m := &metrics{set: prometheus.NewSet()}
	m.set.NewGauge("tennantite_worlds", func() float64 { return float64(worlds()) })
	m.faults() // it is there before the first fault
	return m
}

// durations are the upper bounds of the histogram's buckets, in seconds.
func durations() []float64 {
	return []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .05, .25, 1, 5}
}

// done counts a request. Methods are the clients' choice, so unknown ones share a name.
func (m *metrics) done(e *control.Entry) {
	m.counter(requestLabels{knownMethod(e.Method), e.Surface, e.Status}).Inc()
	m.histogram(e.Surface).Update(e.Took.Seconds())
	if e.Fault != "" {
		m.faults().Inc()
	}
}

// counter and histogram find a metric without spelling its name each time.
func (m *metrics) counter(l requestLabels) *prometheus.Counter {
	if c, ok := m.requests.Load(l); ok {
		return c.(*prometheus.Counter)
	}
	c := m.set.GetOrCreateCounter(fmt.Sprintf("tennantite_requests_total{method=%q,status=\"%d\",surface=%q}", l.method, l.status, l.surface))
	m.requests.Store(l, c)
	return c
}

func (m *metrics) histogram(surface string) *prometheus.PrometheusHistogram {
	if h, ok := m.durations.Load(surface); ok {
		return h.(*prometheus.PrometheusHistogram)
	}
	h := m.set.GetOrCreatePrometheusHistogramExt(fmt.Sprintf("tennantite_request_duration_seconds{surface=%q}", surface), durations())
	m.durations.Store(surface, h)
	return h
}

func (m *metrics) faults() *prometheus.Counter {
	return m.set.GetOrCreateCounter("tennantite_faults_total")
}

// mails counts mail that was passed on, or not: result is sent or failed.
func (m *metrics) mails(result string, n int) {
	m.set.GetOrCreateCounter(fmt.Sprintf("tennantite_mail_relayed_total{result=%q}", result)).Add(n)
}

func (m *metrics) handler() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		m.set.WritePrometheus(w)
		prometheus.WriteProcessMetrics(w)
	})
}
