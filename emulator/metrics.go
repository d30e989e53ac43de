package emulator

import (
	"net/http"
	"strconv"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/tennantite/tennantite/control"
)

// metrics are what /metrics shows of a process, in the form of Prometheus.
type metrics struct {
	registry  *prometheus.Registry
	requests  *prometheus.CounterVec
	durations *prometheus.HistogramVec
	faults    prometheus.Counter
}

func newMetrics(worlds func() int) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "tennantite_requests_total", Help: "Requests to emulated hosts.",
		}, []string{"surface", "method", "status"}),
		durations: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "tennantite_request_duration_seconds", Help: "How long their answers took.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .05, .25, 1, 5},
		}, []string{"surface"}),
		faults: prometheus.NewCounter(prometheus.CounterOpts{Name: "tennantite_faults_total", Help: "Failures injected on purpose."}),
	}
	m.registry.MustRegister(m.requests, m.durations, m.faults, collectors.NewGoCollector(),
		collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "tennantite_worlds", Help: "Worlds of the process."}, func() float64 { return float64(worlds()) }))
	return m
}

// done counts a request. Methods are the clients' choice, so unknown ones share a name.
func (m *metrics) done(e *control.Entry) {
	method := e.Method
	switch method {
	case http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, "MERGE":
	default:
		method = "other"
	}
	m.requests.WithLabelValues(e.Surface, method, strconv.Itoa(e.Status)).Inc()
	m.durations.WithLabelValues(e.Surface).Observe(e.Took.Seconds())
	if e.Fault != "" {
		m.faults.Inc()
	}
}

func (m *metrics) handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
