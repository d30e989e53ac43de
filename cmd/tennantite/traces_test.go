package main

import (
	"reflect"
	"testing"
	"time"

	"github.com/tennantite/tennantite/emulator"
)

func TestTraces(t *testing.T) {
	t.Parallel()
	none := map[string]string{}
	for _, tt := range []struct {
		name string
		flag string
		env  map[string]string
		want emulator.Traces
	}{
		{"nothing is said", "", nil, emulator.Traces{}},
		{"the flag", "http://localhost:4318", nil, emulator.Traces{Endpoint: "http://localhost:4318/v1/traces", Headers: none}},
		{"the flag with the whole path", "http://localhost:4318/v1/traces", nil, emulator.Traces{Endpoint: "http://localhost:4318/v1/traces", Headers: none}},
		{"the variable", "", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318/"}, emulator.Traces{Endpoint: "http://c:4318/v1/traces", Headers: none}},
		{
			"the variable of traces, headers and time", "",
			map[string]string{
				"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": "http://t/x",
				"OTEL_EXPORTER_OTLP_HEADERS": "authorization=Bearer%20x, a=b", "OTEL_EXPORTER_OTLP_TIMEOUT": "250",
			},
			emulator.Traces{Endpoint: "http://t/x", Headers: map[string]string{"authorization": "Bearer x", "a": "b"}, Timeout: 250 * time.Millisecond},
		},
		{"the flag over the variable", "http://f", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c"}, emulator.Traces{Endpoint: "http://f/v1/traces", Headers: none}},
		{"another protocol", "", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4317", "OTEL_EXPORTER_OTLP_PROTOCOL": "grpc"}, emulator.Traces{}},
		{"switched off", "", map[string]string{"OTEL_EXPORTER_OTLP_ENDPOINT": "http://c:4318", "OTEL_SDK_DISABLED": "true"}, emulator.Traces{}},
	} {
		got, err := emulatorFlags{OTLPEndpoint: tt.flag}.traces(func(n string) string { return tt.env[n] })
		if err != nil || !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%s: got %+v, %v; want %+v", tt.name, got, err, tt.want)
		}
	}
	for _, env := range []map[string]string{{"OTEL_EXPORTER_OTLP_HEADERS": "nonsense"}, {"OTEL_EXPORTER_OTLP_TIMEOUT": "soon"}} {
		if _, err := (emulatorFlags{OTLPEndpoint: "http://c"}).traces(func(n string) string { return env[n] }); err == nil {
			t.Errorf("%v is taken", env)
		}
	}
}
