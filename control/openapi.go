package control

import (
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
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
	paths := probePaths(defs, failure)
	tags := []any{map[string]any{"name": "probes", "description": "is the process alive, can it be used"}}
	for _, e := range endpoints {
		item, ok := paths[Prefix+e.Path].(map[string]any)
		if !ok {
			item = map[string]any{}
			paths[Prefix+e.Path] = item
		}
		item[strings.ToLower(e.Method)] = operationOf(e, defs, failure)
		if tag := (map[string]any{"name": e.group()}); !slices.ContainsFunc(tags, func(t any) bool { return reflect.DeepEqual(t, tag) }) {
			tags = append(tags, tag)
		}
	}
	return map[string]any{
		"openapi": "3.1.0",
		"info": map[string]any{
			"title": "Tennantite control plane", "version": version,
			"description": "What a test drives. The world is named by the header X-Tennantite-World; without it, main.",
			"license":     map[string]any{"name": "Apache-2.0", "identifier": "Apache-2.0"},
		},
		"servers":    []any{map[string]any{"url": "/", "description": "the HTTP and the HTTPS listener"}},
		"security":   []any{map[string]any{}}, // none: it is reached from this machine only
		"tags":       tags,
		"paths":      paths,
		"components": map[string]any{"schemas": defs},
	}
}

// group is the first part of an endpoint's path, under which tools list it.
func (e endpoint) group() string {
	name, _, _ := strings.Cut(strings.TrimPrefix(e.Path, "/"), "/")
	name, _, _ = strings.Cut(name, ".")
	return name
}

// probePaths are the calls that stand beside the prefix.
func probePaths(defs, failure map[string]any) map[string]any {
	plain := map[string]any{"text/plain": map[string]any{"schema": map[string]any{"type": "string"}}}
	structured := map[string]any{"application/json": map[string]any{"schema": refTo(reflect.TypeFor[health](), defs)}}
	probe := func(id, summary string, content map[string]any, starting bool) map[string]any {
		responses := map[string]any{"200": map[string]any{"description": summary, "content": content}, "4XX": failure}
		if starting {
			responses["503"] = map[string]any{"description": "not yet", "content": content}
		}
		return map[string]any{"get": map[string]any{
			"operationId": id, "summary": summary, "tags": []string{"probes"}, "parameters": []any{worldParam()}, "responses": responses,
		}}
	}
	return map[string]any{
		"/livez":  probe("get_livez", "the process is alive", plain, false),
		"/readyz": probe("get_readyz", "everything can be used", plain, true),
		"/health": probe("get_health", "the same with the version", structured, true),
	}
}

func operationOf(e endpoint, defs map[string]any, failure map[string]any) map[string]any {
	o := map[string]any{
		"operationId": strings.ToLower(e.Method) + strings.NewReplacer("/", "_", "{", "", "}", "", "-", "_", ".", "_").Replace(e.Path),
		"summary":     e.Summary,
		"tags":        []string{e.group()},
		"responses":   map[string]any{strconv.Itoa(e.success()): success(e, defs), "4XX": failure, "5XX": failure},
	}
	params := []any{worldParam()}
	for _, m := range pathParam().FindAllStringSubmatch(e.Path, -1) {
		params = append(params, map[string]any{"name": m[1], "in": "path", "required": true, "schema": map[string]any{"type": "string", "minLength": 1}})
	}
	for _, q := range e.Query {
		params = append(params, q.describe())
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

func worldParam() map[string]any {
	return map[string]any{"name": "X-Tennantite-World", "in": "header", "schema": map[string]any{"type": "string"}, "description": "name of the world"}
}

func (q param) describe() map[string]any {
	schema := map[string]any{"type": q.Type}
	if q.Values != nil {
		schema["enum"] = q.Values
	}
	if q.Type == "integer" {
		schema["minimum"] = 0
	}
	out := map[string]any{"name": q.Name, "in": "query", "schema": schema}
	if q.Doc != "" {
		out["description"] = q.Doc
	}
	return out
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
		content := map[string]any{}
		for kind := range strings.SplitSeq(e.Type, ", ") {
			content[kind] = map[string]any{"schema": map[string]any{"type": "string"}}
			if kind == "application/json" {
				content[kind] = map[string]any{"schema": map[string]any{}}
			}
		}
		out["content"] = content
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
		if t == reflect.TypeFor[json.RawMessage]() {
			return map[string]any{}
		}
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
		if t.Name() == "" {
			return structSchema(t, defs)
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

// structSchema describes a struct. Beside json, tags say: doc, what it is; enum, the allowed texts; min and max, bounds of a
// number; optional, that a request may leave out what an answer always has. Other members than these are refused and
// never answered.
func structSchema(t reflect.Type, defs map[string]any) map[string]any {
	properties, required := map[string]any{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" {
			continue
		}
		properties[name] = fieldSchema(f, defs)
		if f.Tag.Get("optional") == "" && !strings.Contains(options, "omitempty") && !strings.Contains(options, "omitzero") {
			required = append(required, name)
		}
	}
	out := map[string]any{"type": "object", "properties": properties, "additionalProperties": false}
	if len(required) > 0 {
		out["required"] = required
	}
	return out
}

func fieldSchema(f reflect.StructField, defs map[string]any) map[string]any {
	s := refTo(f.Type, defs)
	bounded := s
	if either, ok := s["anyOf"].([]any); ok { // a number that may be null
		bounded, _ = either[0].(map[string]any)
	}
	for tag, keyword := range map[string]string{"min": "minimum", "max": "maximum"} {
		if n, err := strconv.ParseFloat(f.Tag.Get(tag), 64); err == nil {
			bounded[keyword] = n
		}
	}
	if values := f.Tag.Get("enum"); values != "" {
		bounded["enum"] = strings.Split(values, ",")
	}
	if doc := f.Tag.Get("doc"); doc != "" {
		s["description"] = doc
	}
	return s
}
