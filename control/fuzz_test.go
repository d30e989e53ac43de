package control_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// described is what a request is made from.
type described struct {
	Paths map[string]map[string]struct {
		Parameters []struct {
			Name, In string
			Schema   map[string]any
		}
		RequestBody *struct {
			Content map[string]struct{ Schema map[string]any }
		}
	}
	Components struct{ Schemas map[string]map[string]any }
}

// value draws a value that fits a schema, or now and then one that does not.
func (d *described) value(t *rapid.T, schema map[string]any, depth int) any {
	if rapid.IntRange(0, 9).Draw(t, "broken") == 0 {
		return rapid.OneOf(rapid.Just[any](nil), rapid.Just[any](-1), rapid.Just[any](1e300), rapid.Just[any](true), rapid.Just[any]([]any{}),
			rapid.Just[any](map[string]any{"x": 1}), rapid.Map(rapid.String(), func(s string) any { return s })).Draw(t, "anything")
	}
	if ref, ok := schema["$ref"].(string); ok {
		return d.value(t, d.Components.Schemas[ref[strings.LastIndexByte(ref, '/')+1:]], depth+1)
	}
	if either, ok := schema["anyOf"].([]any); ok {
		one, _ := either[0].(map[string]any)
		return d.value(t, one, depth)
	}
	if values, ok := schema["enum"].([]any); ok {
		return rapid.SampledFrom(values).Draw(t, "enum")
	}
	switch schema["type"] {
	case "integer":
		return rapid.IntRange(0, 700).Draw(t, "integer")
	case "number":
		return rapid.Float64Range(0, 1).Draw(t, "number")
	case "boolean":
		return rapid.Bool().Draw(t, "boolean")
	case "array":
		items, _ := schema["items"].(map[string]any)
		list := []any{}
		for range rapid.IntRange(0, 2).Draw(t, "items") {
			list = append(list, d.value(t, items, depth+1))
		}
		return list
	case "object":
		out := map[string]any{}
		properties, _ := schema["properties"].(map[string]any)
		for name, p := range properties {
			of, _ := p.(map[string]any)
			if name != "listen" && depth < 6 && rapid.Bool().Draw(t, name) {
				out[name] = d.value(t, of, depth+1)
			}
		}
		return out
	}
	return rapid.OneOf(rapid.String(), rapid.SampledFrom([]string{
		"contoso.com", "adele@contoso.com", "https://contoso.sharepoint.com/sites/project-x", "https://graph.microsoft.com", "PT1H", "-P1D",
		"latest", "6f1d2c3b-90ab-4e57-8c1d-5a7e4b2f9d10", "2030-01-01T00:00:00Z", "b2b", "frozen", "../..", "%", "",
	})).Draw(t, "text")
}

// TestRequestsOfTheDocument makes requests from the document, whole and broken ones: none meets a failure of the server,
// and every refusal is a problem document.
func TestRequestsOfTheDocument(t *testing.T) {
	t.Parallel()
	d := start(t).fork(t)
	_, answer, _ := d.call(http.MethodGet, "/openapi.json", "")
	var doc described
	if err := json.Unmarshal(answer, &doc); err != nil {
		t.Fatal(err)
	}
	var operations []string
	for path, methods := range doc.Paths {
		for method := range methods {
			// Events do not end, and nobody is to delete the world in which the test is.
			if strings.HasPrefix(path, "/_tennantite/") && !strings.HasSuffix(path, "/events") && method+path != "delete/_tennantite/v1/worlds/{name}" {
				operations = append(operations, strings.ToUpper(method)+" "+path)
			}
		}
	}
	base := strings.TrimSuffix(d.base, "/_tennantite/v1")
	rapid.Check(t, func(rt *rapid.T) {
		method, path, _ := strings.Cut(rapid.SampledFrom(operations).Draw(rt, "operation"), " ")
		o := doc.Paths[path][strings.ToLower(method)]
		query := url.Values{}
		for _, p := range o.Parameters {
			text, _ := json.Marshal(doc.value(rt, p.Schema, 0))
			value := strings.Trim(string(text), `"`)
			switch {
			case p.In == "path":
				path = strings.ReplaceAll(path, "{"+p.Name+"}", url.PathEscape("x"+value))
			case p.In == "query" && p.Name != "wait" && rapid.Bool().Draw(rt, p.Name):
				query.Set(p.Name, value)
			}
		}
		var body []byte
		if o.RequestBody != nil {
			for _, c := range o.RequestBody.Content {
				body, _ = json.Marshal(doc.value(rt, c.Schema, 0))
			}
		}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, method, base+path+"?"+query.Encode(), strings.NewReader(string(body)))
		if err != nil {
			return // what no client can send
		}
		req.Header.Set("X-Tennantite-World", d.world)
		r, err := http.DefaultClient.Do(req)
		if err != nil {
			rt.Fatalf("%s %s %s: %v", method, req.URL, body, err)
		}
		defer r.Body.Close()
		text, _ := io.ReadAll(r.Body)
		if r.StatusCode >= 500 || r.StatusCode >= 400 && r.Header.Get("Content-Type") != "application/problem+json" {
			rt.Fatalf("%s %s %s: %s %s", method, req.URL, body, r.Status, text)
		}
	})
}
