package graphapi

import (
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/tennantite/tennantite/emulator/odata"
	"github.com/tennantite/tennantite/emulator/problem"
)

// reply is what a handler answers. The functions below make them; none is changed once made.
type reply struct {
	status  int
	header  map[string]string
	context string // behind $metadata#; "" for none
	call    *odata.Call
	wide    []string // what comes without $select, where that is more than the default set

	value any  // an entity, where rows is not set
	rows  *set // a collection
	alone any  // a primitive: {"value": …}

	raw     []byte
	buffer  *[]byte // that raw stands in, to be used again; nil for none
	file    *file
	outside func() (*reply, error)
}

// set is a collection of the answer.
type set struct {
	values any    // slice of tagged structs
	array  []byte // or these, encoded
	count  *int
	next   string // @odata.nextLink, absolute
	delta  string // @odata.deltaLink, absolute
}

// file is content that can be had in ranges.
type file struct {
	name     string
	modified time.Time
	content  io.ReadSeeker
}

// entity answers one resource: 200, with @odata.context "…$metadata#{set}/$entity", shaped by $select and $expand. Where
// the path ends in a property, that one alone is answered.
func entity(call *odata.Call, set string, value any) *reply {
	return &reply{status: http.StatusOK, context: set, call: call, value: value}
}

// created answers a new resource: 201, with the address behind base as Location.
func (r *request) created(call *odata.Call, set string, value any, path string) *reply {
	return &reply{status: http.StatusCreated, context: set, call: call, value: value, header: map[string]string{"Location": r.base + path}}
}

// collection answers rows, a slice of tagged structs, as one page.
func collection(call *odata.Call, set string, rows any) *reply {
	return page(call, set, rows, nil, "")
}

// page answers rows with @odata.count (where count is not nil) and @odata.nextLink (where next is not empty).
func page(call *odata.Call, context string, rows any, count *int, next string) *reply {
	return &reply{status: http.StatusOK, context: context, call: call, rows: &set{values: rows, count: count, next: next}}
}

// changes answers a page of a delta: with a nextLink while there is more, else with a deltaLink.
func changes(call *odata.Call, context string, rows any, next, delta string) *reply {
	return &reply{status: http.StatusOK, context: context, call: call, rows: &set{values: rows, next: next, delta: delta}}
}

// encodedPage answers a page whose rows are encoded already, in a buffer of [takeBuffer].
func encodedPage(call *odata.Call, context string, buffer *[]byte, rows *odata.Rows, s set) *reply {
	s.array = rows.JSON()
	return &reply{status: http.StatusOK, context: context, call: call, rows: &s, buffer: buffer}
}

// primitive answers {"@odata.context": "…$metadata#{type}", "value": …}, type for example Edm.Boolean.
func primitive(typ string, value any) *reply {
	return &reply{status: http.StatusOK, context: typ, alone: value}
}

// object answers a struct that is no entity, such as a function's result. context is what stands behind $metadata#, ""
// for none.
func object(context string, value any) *reply {
	return &reply{status: http.StatusOK, context: context, value: value}
}

// counted answers a path that ends in /$count.
func counted(n int) *reply {
	return text(strconv.Itoa(n))
}

// text answers plain text.
func text(s string) *reply { return raw("text/plain", []byte(s)) }

// raw answers bytes of another media type.
func raw(contentType string, b []byte) *reply {
	return &reply{status: http.StatusOK, raw: b, header: map[string]string{"Content-Type": contentType}}
}

// download answers content in whole or in ranges; the tag, which may be empty, goes into ETag.
func download(contentType, name, tag string, modified time.Time, content io.ReadSeeker) *reply {
	a := &reply{status: http.StatusOK, file: &file{name, modified, content}, header: map[string]string{"Content-Type": contentType}}
	return a.tag(tag)
}

// noContent answers 204.
func noContent() *reply { return &reply{status: http.StatusNoContent} }

// redirect answers 302.
func redirect(address string) *reply {
	return &reply{status: http.StatusFound, header: map[string]string{"Location": address}}
}

// accepted answers 202 with the address where the work can be watched, "" for none.
func accepted(monitor string) *reply {
	a := &reply{status: http.StatusAccepted}
	return a.with("Location", monitor)
}

// later answers with what f returns, which runs when the transaction has ended: for work that waits for others, such as a
// webhook's handshake. f opens transactions of its own.
func later(f func() (*reply, error)) *reply { return &reply{outside: f} }

// with adds a header; one without a value is left out.
func (a *reply) with(name, value string) *reply {
	if value == "" {
		return a
	}
	if a.header == nil {
		a.header = map[string]string{}
	}
	a.header[name] = value
	return a
}

// tag sets ETag, and so makes If-None-Match answer 304.
func (a *reply) tag(etag string) *reply { return a.with("ETag", etag) }

// as changes the status.
func (a *reply) as(status int) *reply {
	a.status = status
	return a
}

// encode turns what the answer holds into bytes, while the transaction can still be given up.
func (a *reply) encode(r *request) error {
	switch {
	case a.raw != nil || a.file != nil || a.outside != nil:
		return nil
	case a.rows != nil:
		return a.encodeRows(r)
	case a.alone != nil:
		return a.encodeMembers(r, a.context, struct {
			Value any `json:"value"`
		}{a.alone})
	case a.value == nil:
		return nil
	case a.call != nil && a.call.Property != "":
		return a.encodeProperty(r)
	}
	context := a.context
	if a.call != nil {
		context += selected(a.call.Query) + "/$entity"
	}
	return a.encodeMembers(r, context, a.value)
}

// shape is what the query asks for; an action's answer is not shaped by it.
func (a *reply) shape() odata.Shape {
	if a.call == nil {
		return odata.Shape{}
	}
	shape := a.call.Query.Shape()
	if len(shape.Select) == 0 {
		shape.Select = a.wide
	}
	return shape
}

func (a *reply) encodeMembers(r *request, context string, v any) error {
	b, err := odata.Project(v, a.shape())
	if err != nil {
		return err
	}
	a.raw = withContext(r, context, b)
	a.with("Content-Type", jsonType).with("Odata-Version", "4.0")
	return nil
}

// withContext puts @odata.context in front of an object's members.
func withContext(r *request, context string, object []byte) []byte {
	if context == "" {
		return object
	}
	return append(appendContext(make([]byte, 0, len(object)+len(context)+len(r.base)+64), r, context, len(object) > len("{}")), object[1:]...)
}

// appendContext begins an object with @odata.context, and a comma where more follows.
func appendContext(b []byte, r *request, context string, more bool) []byte {
	b = append(b, `{"@odata.context":`...)
	b = strconv.AppendQuote(b, r.base+"/$metadata#"+context)
	if more {
		b = append(b, ',')
	}
	return b
}

// encodeRows writes an envelope, its members in the service's order.
func (a *reply) encodeRows(r *request) (err error) {
	values := a.rows.array
	if values == nil {
		a.buffer = takeBuffer()
		if values, err = odata.AppendJSON(*a.buffer, a.rows.values, a.shape()); err != nil {
			return err
		}
	}
	envelope := struct {
		Count *int   `json:"@odata.count,omitempty"`
		Next  string `json:"@odata.nextLink,omitempty"`
		Delta string `json:"@odata.deltaLink,omitempty"`
	}{a.rows.count, a.rows.next, a.rows.delta}
	head, err := odata.Project(envelope, odata.Shape{})
	if err != nil {
		return err
	}
	context := a.context
	if a.call != nil && context != "" {
		context += selected(a.call.Query)
	}
	head = withContext(r, context, head)
	head = head[:len(head)-1]
	if len(head) > 1 {
		head = append(head, ',')
	}
	head = append(head, `"value":`...)
	a.raw = append(slices.Insert(values, 0, head...), '}')
	a.with("Content-Type", jsonType).with("Odata-Version", "4.0")
	return nil
}

// selected is $select as @odata.context repeats it.
func selected(q *odata.Query) string {
	if q == nil || len(q.Select) == 0 {
		return ""
	}
	return "(" + strings.Join(q.Select, ",") + ")"
}

// encodeProperty answers /me/displayName and /me/displayName/$value; a property that is null has no content.
func (a *reply) encodeProperty(r *request) error {
	name := a.call.Property
	b, err := odata.Project(a.value, odata.Shape{Select: odata.Select{name}, Expand: a.call.Query.Expand})
	if err != nil {
		return err
	}
	value, ok := member(b, name)
	if !ok || string(value) == "null" {
		*a = reply{status: http.StatusNoContent}
		return nil
	}
	if !a.call.RawValue {
		a.call = nil
		of := a.context
		if id, ok := odata.ResourceOf(a.value).Property("id"); ok && !strings.Contains(of, "/") { // a singleton has no key
			of = fmt.Sprintf("%s('%v')", of, id)
		}
		return a.encodeMembers(r, of+"/"+name, struct {
			Value any `json:"value"`
		}{value})
	}
	a.raw = plain(value)
	a.with("Content-Type", "text/plain")
	return nil
}

// write puts an encoded answer on the wire. Range and If-None-Match are answered here.
func (a *reply) write(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	for name, value := range a.header {
		h.Set(name, value)
	}
	if a.file != nil {
		http.ServeContent(w, r, a.file.name, a.file.modified, a.file.content)
		return
	}
	if tag := a.header["ETag"]; tag != "" && r.Method == http.MethodGet && r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.WriteHeader(a.status)
	_, _ = w.Write(a.raw) // a client that has gone away is no failure of ours
	if a.buffer != nil {
		*a.buffer = a.raw
		giveBuffer(a.buffer)
		a.raw = nil
	}
}

//nolint:gochecknoglobals // memory to be used again: what was in it is gone
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// takeBuffer returns an empty buffer for a long answer.
func takeBuffer() *[]byte { return buffers.Get().(*[]byte) }

// giveBuffer lets others have a buffer that nobody reads any more.
func giveBuffer(b *[]byte) {
	const most = 1 << 20 // the few that are larger are not worth keeping
	if cap(*b) <= most {
		*b = (*b)[:0]
		buffers.Put(b)
	}
}

// asReply is what a handler returned as a reply.
func asReply(v any) (*reply, error) {
	a, ok := v.(*reply)
	if !ok || a == nil {
		return nil, problem.New(problem.Internal, problem.None, "a handler answered %T", v)
	}
	return a, nil
}
