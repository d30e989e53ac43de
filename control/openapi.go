package control

import (
	"reflect"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

var pathParam = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`\{(\w+)\}`) })

// openAPI describes the endpoints; it is made from the table that the router is made from, so it cannot lag behind.
func openAPI(endpoints []endpoint, version string) map[string]any {
	defs := map[string]any{}
	failure := map[string]any{
		"description": "a problem document (RFC 9457)",
		"content":     map[string]any{"application/problem+json": map[string]any{"schema": refTo(reflect.TypeFor[problemDocument](), defs)}},
	}
	paths := map[string]any{}
	for _, e := range endpoints {
		item, ok := paths[Prefix+e.Path].(map[string]any)
		if !ok {
			item = map[string]any{}
			paths[Prefix+e.Path] = item
		}
		item[strings.ToLower(e.Method)] = operationOf(e, defs, failure)
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Tennantite control plane", "version": version,
			"description": "What a test drives. The world is named by the header X-Tennantite-World; without it, main.",
			"license":     map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"paths":      paths,
		"components": map[string]any{"schemas": defs},
	}
}

func operationOf(e endpoint, defs map[string]any, failure map[string]any) map[string]any {
	o := map[string]any{
		"operationId": strings.ToLower(e.Method) + strings.NewReplacer("/", "_", "{", "", "}", "", "-", "_", ".", "_").Replace(e.Path),
		"summary":     e.Summary,
		"responses":   map[string]any{strconv.Itoa(e.success()): success(e, defs), "default": failure},
	}
	params := []any{map[string]any{
		"name": "X-Tennantite-World", "in": "header", "schema": map[string]any{"type": "string"}, "description": "name of the world",
	}}
	for _, m := range pathParam().FindAllStringSubmatch(e.Path, -1) {
		params = append(params, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string"}})
	}
	for _, q := range e.Query {
		params = append(params, map[string]any{"name": q.Name, "in": "query", "description": q.Doc, "schema": map[string]any{"type": "string"}})
	}
	o["parameters"] = params
	switch e.Body.(type) {
	case nil:
	case raw:
		o["requestBody"] = map[string]any{"required": true, "content": map[string]any{e.Type: map[string]any{"schema": map[string]any{"type": "string"}}}}
	default:
		o["requestBody"] = map[string]any{"required": true, "content": map[string]any{
			"application/json": map[string]any{"schema": refTo(reflect.TypeOf(e.Body), defs)},
		}}
	}
	return o
}

// success is the status of an endpoint that did what it was asked for.
func (e endpoint) success() int {
	switch {
	case e.Status != 0:
		return e.Status
	case e.Reply == nil:
		return 204
	}
	return 200
}

func success(e endpoint, defs map[string]any) map[string]any {
	out := map[string]any{"description": e.Summary}
	switch e.Reply.(type) {
	case nil:
	case raw:
		out["content"] = map[string]any{e.Type: map[string]any{"schema": map[string]any{"type": "string"}}}
	default:
		out["content"] = map[string]any{"application/json": map[string]any{"schema": refTo(reflect.TypeOf(e.Reply), defs)}}
	}
	return out
}

var unfit = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`[^A-Za-z0-9]+`) })

// refTo is the schema of a type; structs are named among the definitions.
func refTo(t reflect.Type, defs map[string]any) map[string]any {
	switch t.Kind() {
	case reflect.Pointer:
		return map[string]any{"anyOf": []any{refTo(t.Elem(), defs), map[string]any{"type": "null"}}}
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return map[string]any{"type": "string"}
		}
		return map[string]any{"type": "array", "items": refTo(t.Elem(), defs)}
	case reflect.Map:
		return map[string]any{"type": "object", "additionalProperties": refTo(t.Elem(), defs)}
	case reflect.String:
		return map[string]any{"type": "string"}
	case reflect.Bool:
		return map[string]any{"type": "boolean"}
	case reflect.Int, reflect.Int64, reflect.Uint64:
		return map[string]any{"type": "integer"}
	case reflect.Float64:
		return map[string]any{"type": "number"}
	case reflect.Struct:
		if t == reflect.TypeFor[time.Time]() {
			return map[string]any{"type": "string", "format": "date-time"}
		}
		name := strings.Trim(unfit().ReplaceAllString(strings.ReplaceAll(t.Name(), "github.com/tennantite/tennantite/", ""), "_"), "_")
		if _, known := defs[name]; !known {
			defs[name] = nil // a type that holds itself ends here
			defs[name] = structSchema(t, defs)
		}
		return map[string]any{"$ref": "#/components/schemas/" + name}
	default:
		return map[string]any{} // anything
	}
}

func structSchema(t reflect.Type, defs map[string]any) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		s := refTo(f.Type, defs)
		if doc := f.Tag.Get("doc"); doc != "" {
			s["description"] = doc
		}
		properties[name] = s
		if !strings.Contains(options, "omitempty") {
			required = append(required, name)
		}
	}
	return map[string]any{"type": "object", "properties": properties, "required": required}
}
